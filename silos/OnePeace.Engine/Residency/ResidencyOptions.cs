using OnePeace.Engine.Packages;

namespace OnePeace.Engine.Residency;

/// <summary>How much of the device's memory modalities may take.</summary>
public sealed record ResidencyOptions
{
    private const int MostParallelLoads = 64;

    /// <summary>Bytes of all modalities' weights on the device (the core's are not among them); 0: no limit, everything stays.</summary>
    public long BudgetBytes { get; init; }

    /// <summary>Modalities that are never evicted, whether they are here yet or not.</summary>
    public IReadOnlyCollection<string> Pinned { get; init; } = [];

    /// <summary>How many are loaded at once.</summary>
    public int ParallelLoads { get; init; } = 2;

    /// <summary>How long one may take to load, besides a second for each 20 MB. A load that takes longer fails, and gives way to others.</summary>
    public TimeSpan LoadPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Reads what an operator writes.</summary>
    /// <param name="memory">As <see cref="MemorySize"/> reads it; null for no limit.</param>
    /// <param name="pinned">Names, also several with commas in between.</param>
    /// <param name="parallelLoads">A number; null for the default.</param>
    /// <exception cref="FormatException">One of them cannot be read; the message names its option.</exception>
    public static ResidencyOptions Parse(string? memory, IEnumerable<string> pinned, string? parallelLoads)
    {
        var options = new ResidencyOptions { BudgetBytes = memory is null ? 0 : Bytes(memory), Pinned = [.. Names(pinned)] };
        if (parallelLoads is null) return options;
        if (!int.TryParse(parallelLoads, out var loads) || loads is < 1 or > MostParallelLoads)
            throw new FormatException($"--parallel-loads: expected a number from 1 to {MostParallelLoads}, but got '{parallelLoads}'.");
        return options with { ParallelLoads = loads };
    }

    private static long Bytes(string memory)
    {
        try
        {
            return MemorySize.Parse(memory);
        }
        catch (FormatException e)
        {
            throw new FormatException($"--modality-memory: {e.Message}; 0 is no limit.", e);
        }
    }

    private static IEnumerable<string> Names(IEnumerable<string> pinned)
    {
        var names = pinned.SelectMany(p => p.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).ToList();
        if (names.FirstOrDefault(name => !ManifestRules.IsName(name)) is { } wrong)
            throw new FormatException($"--pin: expected names of modalities, of lower-case letters, digits and '_', but got '{wrong}'.");
        return names;
    }
}

/// <summary>Modalities that can never be on the device at one time.</summary>
internal sealed class NoRoomException(IEnumerable<string> names, long needed, long budget)
    : Exception($"The weights of {string.Join(", ", names)} take {needed:N0} bytes, with those that are pinned, but the budget for modalities is {budget:N0}.");
