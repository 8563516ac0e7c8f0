using OnePeace.Training.Randomness;

namespace OnePeace.Training.Data;

/// <summary>Which side of a pair.</summary>
internal enum Side : ulong
{
    Pivot,
    Other,
}

/// <summary>What is random about one pair in one batch: it follows from these alone, not from who is prepared before or beside it.</summary>
internal readonly record struct PairDraws(ulong Seed, long Step, int Index)
{
    private const ulong Augmentation = 2;   // masks add 0 and 1 to the same keys

    /// <summary>What the masks of a side depend on.</summary>
    public ulong[] Keys(Side side) => [Seed, (ulong)Step, (ulong)Index, (ulong)side];

    /// <summary>Numbers from 0 to 1, 1 excluded, to change a side's input by; each time from the first one on.</summary>
    public Func<double> ForAugmentation(Side side) => new SplitMix64([.. Keys(side), Augmentation]).NextDouble;
}
