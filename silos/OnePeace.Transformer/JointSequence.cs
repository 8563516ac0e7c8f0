using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>How segments become one sequence and come apart again. Results belong to the caller's dispose scope.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens of the joint sequence, <c>l</c> of one segment, <c>D</c> width, <c>H</c> heads.</remarks>
internal static class JointSequence
{
    private static readonly Scalar Zero = 0f.ToScalar();
    private static readonly Scalar MinusInfinity = float.NegativeInfinity.ToScalar();

    /// <summary>Cuts <c>[B, L, D]</c> into each segment's <c>[B, l, D]</c> and maps them.</summary>
    public static Tensor[] MapSlices(this IReadOnlyList<Segment> segments, Tensor joint, Func<Segment, Tensor, Tensor> map)
    {
        var results = new Tensor[segments.Count];
        long start = 0;
        for (var i = 0; i < results.Length; i++)
        {
            using var slice = joint.narrow(1, start, segments[i].Length);
            results[i] = map(segments[i], slice);
            start += segments[i].Length;
        }
        return results;
    }

    /// <summary>Parts <c>[B, l, ...]</c> one after the other, <c>[B, L, ...]</c>.</summary>
    public static Tensor Join(this IReadOnlyList<Tensor> parts) => parts.Count == 1 ? parts[0] : cat([.. parts], dim: 1);

    /// <summary>Nothing where there is no input.</summary>
    public static Tensor Blank(Tensor tokens, Tensor padding) => tokens.masked_fill(padding.unsqueeze(-1), Zero);

    /// <summary>How many attention biases the joint sequence has: none, one for all layers, or one a layer.</summary>
    public static int BiasCount(IReadOnlyList<Segment> segments, PaddingMode mode)
    {
        // Officially the first segment decides for all.
        var count = mode == PaddingMode.Official ? segments[0].Tokens.Biases.Count : segments.Max(s => s.Tokens.Biases.Count);
        foreach (var tokens in segments.Select(s => s.Tokens))
        {
            if (tokens.Biases.Count is not (0 or 1) && tokens.Biases.Count < count)
                throw new ArgumentException($"A segment has {tokens.Biases.Count} attention biases; expected none, one, or {count}.", nameof(segments));
        }
        return count;
    }

    /// <summary>Hides padding keys: 0 or -inf, <c>[B, 1, 1, L]</c>. An item that is nothing but padding hides none, so that no score is NaN.</summary>
    public static Tensor HidePadding(Tensor padding, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var hidden = padding.logical_and(padding.all(1, keepdim: true).logical_not());                     // [B, L]
        return zeros(hidden.Sizes(), type, hidden.device).masked_fill(hidden, MinusInfinity)
            .view(hidden.size(0), 1, 1, hidden.size(1)).MoveToOuterDisposeScope();
    }

    /// <summary>One layer's bias of the joint sequence: each segment's own on the diagonal, 0 between segments; <c>[1 or B, H, L, L]</c>.</summary>
    public static Tensor JoinBiases(IReadOnlyList<Segment> segments, int index, int heads, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var biases = segments.Select(s => s.Tokens.Biases).Select(b => b.Count == 0 ? null : b[Math.Min(index, b.Count - 1)]).ToArray();
        if (biases is [{ } only]) return only.alias().MoveToOuterDisposeScope();
        var length = segments.Sum(s => s.Length);
        var batch = biases.Max(b => b?.size(0) ?? 1);
        var joint = zeros([batch, heads, length, length], type, segments[0].Tokens.Embeddings.device);
        long start = 0;
        for (var i = 0; i < biases.Length; i++)
        {
            if (biases[i] is { } bias) joint.narrow(2, start, segments[i].Length).narrow(3, start, segments[i].Length).PlusInPlace(bias);
            start += segments[i].Length;
        }
        return joint.MoveToOuterDisposeScope();
    }
}
