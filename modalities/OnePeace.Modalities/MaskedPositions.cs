using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>Picks preserved positions out of a sequence and puts them back (<see cref="ModalityBatch.Preserved"/>).</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens, <c>K</c> preserved tokens, <c>D</c> width. Results belong to the caller's dispose scope.</remarks>
public static class MaskedPositions
{
    private static readonly Scalar Nothing = (-1L).ToScalar();

    /// <exception cref="InvalidOperationException">Nothing is said to be preserved.</exception>
    public static Tensor Require(ModalityBatch batch) =>
        batch.Preserved ?? throw new InvalidOperationException("Masked pretraining needs to know which positions the encoder saw: set ModalityBatch.Preserved.");

    /// <summary>True where an item has fewer than K preserved positions, <c>[B, K]</c>.</summary>
    public static Tensor Padding(Tensor preserved) => preserved.eq(Nothing);

    /// <summary>The positions to gather, <c>[B, K]</c>; where there is none, the official stand-in K - 1, which is masked afterwards.</summary>
    public static Tensor Gathered(Tensor preserved)
    {
        using var scope = NewDisposeScope();
        using var last = (preserved.size(1) - 1).ToScalar();
        return preserved.masked_fill(Padding(preserved), last).MoveToOuterDisposeScope();
    }

    /// <summary><c>[1 or B, L, D] -> [B, K, D]</c> at positions <c>[B, K]</c>.</summary>
    public static Tensor Gather(Tensor tokens, Tensor positions)
    {
        using var scope = NewDisposeScope();
        return tokens.expand(positions.size(0), -1, -1)
            .gather(1, positions.unsqueeze(-1).expand(-1, -1, tokens.size(2))).MoveToOuterDisposeScope();
    }

    /// <summary>A sequence of <paramref name="length"/> mask tokens, overwritten by features where something was preserved.</summary>
    /// <param name="features"><c>[B, K, D]</c>.</param>
    /// <param name="preserved"><c>[B, K]</c>, -1 for none.</param>
    /// <param name="maskToken"><c>[1, D]</c>.</param>
    /// <param name="length">L.</param>
    public static Tensor Scatter(Tensor features, Tensor preserved, Tensor maskToken, long length)
    {
        using var scope = NewDisposeScope();
        var (batch, width) = (features.size(0), features.size(2));
        var starts = tensor([.. Enumerable.Range(0, (int)batch).Select(item => item * length)], [batch, 1], device: preserved.device);
        var rows = preserved.Plus(starts).flatten();                                                                    // [B K]
        var present = Padding(preserved).logical_not().flatten().nonzero().flatten();                                  // [N]
        return maskToken.expand(batch * length, width)
            .index_copy(0, rows.index_select(0, present), features.reshape(-1, width).index_select(0, present))        // [B L, D]
            .view(batch, length, width).MoveToOuterDisposeScope();
    }
}
