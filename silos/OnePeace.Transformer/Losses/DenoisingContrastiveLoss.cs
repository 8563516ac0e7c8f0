using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Losses;

/// <summary>Each hidden token's prediction finds the teacher's feature of its own position among all tokens of the batch (ONE-PEACE, section 2.2).</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens, <c>D</c> width, <c>N</c> tokens of the batch without CLS and padding, <c>Q</c> those that are hidden.</remarks>
public sealed record DenoisingContrastiveLoss
{
    private static readonly Scalar Zero = 0f.ToScalar();

    /// <summary>What similarities are multiplied by.</summary>
    public double LogitScale { get; init; } = 2.5;

    /// <summary>How much of the weight of the right answer is spread over the N - 1 others.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The loss, a float32 scalar owned by the caller's dispose scope; 0 where no token is hidden.</summary>
    /// <param name="student">Predictions, <c>[B, L, D]</c>.</param>
    /// <param name="teacher">Features of the input that nothing is hidden of, <c>[B, L, D]</c>; no gradient flows into them.</param>
    /// <param name="hidden">Which tokens the student did not see, <c>[B, L]</c> bool.</param>
    /// <param name="padding">Which tokens are nothing, <c>[B, L]</c> bool.</param>
    public Tensor Compute(Tensor student, Tensor teacher, Tensor hidden, Tensor padding)
    {
        Check(student, teacher, hidden, padding);
        using var scope = NewDisposeScope();
        var present = WithoutCls(padding).flatten().logical_not().nonzero().flatten();                                 // [N]
        var targets = WithoutCls(hidden).flatten().index_select(0, present).nonzero().flatten();                       // [Q], in 0..N-1
        if (targets.size(0) == 0 || present.size(0) == 1) return student.sum(ScalarType.Float32).mul(Zero).MoveToOuterDisposeScope();
        var queries = Unit(WithoutCls(student), present.index_select(0, targets));                                     // [Q, D]
        var candidates = Unit(WithoutCls(teacher.detach()), present);                                                  // [N, D]
        using var scale = LogitScale.ToScalar();
        var similarities = queries.mul(scale).matmul(candidates.t());                                                  // [Q, N]
        return CrossEntropy(nn.functional.log_softmax(similarities.to(ScalarType.Float32), 1), targets).MoveToOuterDisposeScope();
    }

    private Tensor CrossEntropy(Tensor logarithms, Tensor targets)
    {
        var right = logarithms.gather(1, targets.unsqueeze(1)).squeeze(1);                                             // [Q]
        if (LabelSmoothing == 0) return right.mean().neg();
        var other = LabelSmoothing / (logarithms.size(1) - 1);
        using var rightWeight = (1 - LabelSmoothing - other).ToScalar();
        using var otherWeight = other.ToScalar();
        return right.mul(rightWeight).Plus(logarithms.sum(1).mul(otherWeight)).mean().neg();
    }

    /// <summary>Rows of <c>[B, L - 1, D]</c>, normalised in float32 and multiplied in the type of the features, as officially.</summary>
    private static Tensor Unit(Tensor features, Tensor rows) =>
        nn.functional.normalize(features.reshape(-1, features.size(2)).index_select(0, rows).to(ScalarType.Float32), dim: 1, eps: 1e-12).to(features.dtype);

    private static Tensor WithoutCls(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1);

    private static void Check(Tensor student, Tensor teacher, Tensor hidden, Tensor padding)
    {
        if (student.Sizes() is [var items, var length, _] && teacher.Sizes().SequenceEqual(student.Sizes())
            && hidden.Sizes().SequenceEqual([items, length]) && padding.Sizes().SequenceEqual([items, length])) return;
        var shapes = new[] { student, teacher, hidden, padding }.Select(t => $"[{string.Join(", ", t.Sizes())}]");
        throw new ArgumentException($"Student and teacher must be [B, L, D], hidden and padding [B, L], but they are {string.Join(", ", shapes)}.", nameof(student));
    }
}
