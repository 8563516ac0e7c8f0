namespace OnePeace.Training.Masks;

/// <summary>The masked passes that the losses want of one side of a pair.</summary>
[Flags]
public enum MaskedPasses
{
    None = 0,

    /// <summary>The side encoded by itself.</summary>
    Alone = 1,

    /// <summary>Both sides in one sequence.</summary>
    Joint = 2,
}

/// <summary>What is hidden of one input, by position: CLS is 0 and never hidden. Null for passes that nobody wants.</summary>
public sealed record DrawnMasks(bool[]? Alone, bool[]? Joint);
