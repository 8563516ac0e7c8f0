using OnePeace.Modalities;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Data;

/// <summary>One side of a batch, ready to be stacked; one entry a pair.</summary>
public sealed record PreparedSide(string Modality, IReadOnlyList<PreparedInput> Inputs, IReadOnlyList<DrawnMasks> Masks);

/// <summary>The pairs of one step, in memory. Bad ones are left out; where fewer than two are left, all are.</summary>
/// <param name="Step">Counted from 0.</param>
/// <param name="Indices">The pairs in their source.</param>
/// <param name="Ids">Their names.</param>
/// <param name="Pivot">What the other side is aligned to.</param>
/// <param name="Other">The other side, in the same order.</param>
/// <param name="PivotKeys">SHA-256 of each pivot's raw input, in hexadecimal: under it what was computed of the pivot can be kept.</param>
public sealed record PreparedPairs(
    long Step,
    IReadOnlyList<int> Indices,
    IReadOnlyList<string> Ids,
    PreparedSide Pivot,
    PreparedSide Other,
    IReadOnlyList<string> PivotKeys)
{
    /// <summary>How many pairs: 0, or 2 and more.</summary>
    public int Size => Indices.Count;
}
