using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A GeGLU expert with int8 weights: both of its multiplications take bytes, and what lies between them is done a row at a time.</summary>
internal sealed class QuantisedGeGlu(IReadOnlyList<Linear> halves, LayerNorm? norm, Linear output, bool keepsWeights) : IDisposable
{
    private static readonly Scalar One = 1f.ToScalar();

    private readonly OnFirstUse<QuantisedWeight> _halves = Linear.QuantiseTogether(halves, keepsWeights), _output = Linear.QuantiseTogether([output], keepsWeights);
    private readonly Lazy<NormValues?> _norm = new(() => norm?.Values());

    /// <param name="tokens"><c>[..., D]</c>, and so is the result.</param>
    public Tensor Map(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var rows = QuantisedRows.Of(tokens.flatten(0, -2));                              // [N, D]
        var pairs = _halves.Value.Apply(rows, tokens.dtype);                             // [N, 2 F]
        var inner = QuantisedRows.OfGated(pairs, rows.Scales, _norm.Value);              // [N, F]
        var mapped = _output.Value.Apply(inner, ScalarType.Float32);                     // [N, D]
        var scaled = _output.Value.Bias!.addcmul(mapped, inner.Scales.unsqueeze(1), One);
        return scaled.to(tokens.dtype).view(tokens.Sizes()).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _halves.Dispose();
        _output.Dispose();
    }
}
