using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>The weight of an affine map in int8, each row with a scale of its own, and its bias in float32; laid out once for oneDNN.</summary>
internal sealed class QuantisedWeight : IDisposable
{
    private readonly Tensor _weight, _scales, _zeros;

    /// <param name="weight"><c>[Out, In]</c>; not owned.</param>
    /// <param name="bias"><c>[Out]</c> or null; not owned.</param>
    public QuantisedWeight(Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var rows = QuantisedRows.Of(weight.detach());
        using var zero = tensor([OneDnnInt8.Zero]);
        _weight = OneDnnInt8.Reorder(rows.Bytes.bitwise_xor(zero).to(ScalarType.Int8)).DetachFromDisposeScope();   // a byte's distance from 128, as two's complement
        _scales = rows.Scales.DetachFromDisposeScope();
        _zeros = zeros(weight.size(0), dtype: ScalarType.Int32).DetachFromDisposeScope();
        Bias = bias?.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope();
    }

    /// <summary><c>[Out]</c>, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary><c>x W</c> without the rows' scales and without bias.</summary>
    /// <param name="rows">Of <c>[N, In]</c>.</param>
    /// <param name="type">Of the result, <c>[N, Out]</c>.</param>
    public Tensor Apply(QuantisedRows rows, ScalarType type) => OneDnnInt8.Linear(rows.Bytes, _weight, _scales, _zeros, type);

    public void Dispose()
    {
        _weight.Dispose();
        _scales.Dispose();
        _zeros.Dispose();
        Bias?.Dispose();
    }
}
