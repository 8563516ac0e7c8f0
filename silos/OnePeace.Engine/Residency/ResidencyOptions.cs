namespace OnePeace.Engine.Residency;

/// <summary>How much of the device's memory modalities may take.</summary>
public sealed record ResidencyOptions
{
    /// <summary>Bytes of all modalities' weights on the device (the core's are not among them); 0: no limit, everything stays.</summary>
    public long BudgetBytes { get; init; }

    /// <summary>Modalities that are never evicted.</summary>
    public IReadOnlyCollection<string> Pinned { get; init; } = [];

    /// <summary>How many are loaded at once.</summary>
    public int ParallelLoads { get; init; } = 2;
}

/// <summary>Modalities that can never be on the device at one time.</summary>
internal sealed class NoRoomException(IEnumerable<string> names, long needed, long budget)
    : Exception($"The weights of {string.Join(", ", names)} take {needed:N0} bytes, with those that are pinned, but the budget for modalities is {budget:N0}.");
