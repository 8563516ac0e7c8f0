namespace OnePeace.Scenes.Datasets;

/// <summary>What to make. The same options make the same bytes.</summary>
public sealed record DatasetOptions
{
    public const int LeastSize = 10, DefaultSize = 12_000, MostSize = 1_000_000;

    public required uint Seed { get; init; }

    /// <summary>How many pairs each training manifest has; each validation manifest has a tenth.</summary>
    /// <exception cref="ArgumentException">Too few or too many.</exception>
    public int Size
    {
        get;
        init => field = value is >= LeastSize and <= MostSize ? value : throw new ArgumentException($"The size must be {LeastSize} to {MostSize:N0} pairs, but is {value:N0}.", nameof(value));
    } = DefaultSize;

    public DatasetVariant Variant { get; init; } = DatasetVariant.Plain;
}
