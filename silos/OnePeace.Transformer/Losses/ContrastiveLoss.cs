using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Losses;

/// <summary>What the contrastive loss made of a batch; owned by the caller's dispose scope.</summary>
/// <param name="Loss">A float32 scalar.</param>
/// <param name="LeftCorrect">Of how many left items the most similar right one is their own, a scalar.</param>
/// <param name="RightCorrect">The other way round.</param>
public sealed record ContrastiveResult(Tensor Loss, Tensor LeftCorrect, Tensor RightCorrect);

/// <summary>Each item finds its own counterpart among all of the batch, in both directions (ONE-PEACE, section 2.2).</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>D</c> width.</remarks>
public static class ContrastiveLoss
{
    private static readonly Scalar Half = 0.5f.ToScalar();

    /// <summary>Cross entropy over <c>factor * left right^T</c> and over its counterpart, halved.</summary>
    /// <param name="left">Unit vectors, <c>[B, D]</c>.</param>
    /// <param name="right">Unit vectors of the same items in the same order, <c>[B, D]</c>.</param>
    /// <param name="factor">What similarities are multiplied by, a scalar.</param>
    /// <param name="detachCandidates">Whether a gradient flows only into what searches, not into what is found, as officially.</param>
    public static ContrastiveResult Compute(Tensor left, Tensor right, Tensor factor, bool detachCandidates = true)
    {
        if (left.Sizes() is not [var items, _] || items == 0 || !left.Sizes().SequenceEqual(right.Sizes()))
            throw new ArgumentException($"Both sides must be [B, D] and alike, but are [{string.Join(", ", left.Sizes())}] and [{string.Join(", ", right.Sizes())}].", nameof(right));
        using var scope = NewDisposeScope();
        // A factor of up to 100 leaves two digits of a bfloat16 similarity.
        var (a, b, scale) = (left.to(ScalarType.Float32), right.to(ScalarType.Float32), factor.to(ScalarType.Float32));
        var (leftLoss, leftCorrect) = Search(a, detachCandidates ? b.detach() : b, scale);
        var (rightLoss, rightCorrect) = Search(b, detachCandidates ? a.detach() : a, scale);
        return new(
            leftLoss.Plus(rightLoss).mul(Half).MoveToOuterDisposeScope(),
            leftCorrect.MoveToOuterDisposeScope(),
            rightCorrect.MoveToOuterDisposeScope());
    }

    private static (Tensor Loss, Tensor Correct) Search(Tensor queries, Tensor candidates, Tensor factor)
    {
        using var scope = NewDisposeScope();
        using var size = queries.size(0).ToScalar();
        var similarities = factor.mul(queries).matmul(candidates.t());                                        // [B, B]
        var targets = arange(size, ScalarType.Int64, queries.device);                                         // [B]
        var loss = nn.functional.log_softmax(similarities, 1).gather(1, targets.unsqueeze(1)).mean().neg();
        var correct = similarities.detach().argmax(1).eq(targets).sum();
        return (loss.MoveToOuterDisposeScope(), correct.MoveToOuterDisposeScope());
    }
}
