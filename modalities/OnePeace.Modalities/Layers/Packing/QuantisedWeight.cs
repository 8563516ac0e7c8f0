using System.Buffers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>The weight of an affine map in int8, each row with a scale of its own, and its bias in float32; laid out once for oneDNN.</summary>
internal sealed class QuantisedWeight : IDisposable
{
    private readonly Tensor _weight, _scales, _zeros;

    /// <param name="weights">One or several of one input, <c>[Out, In]</c> each; not owned.</param>
    /// <param name="bias">Of them all, or null; not owned.</param>
    public QuantisedWeight(IReadOnlyList<Tensor> weights, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var outputs = weights.Sum(weight => weight.size(0));
        var scales = empty(outputs, dtype: ScalarType.Float32);
        _weight = Reordered(weights, scales).DetachFromDisposeScope();
        _scales = scales.DetachFromDisposeScope();
        _zeros = zeros(outputs, dtype: ScalarType.Int32).DetachFromDisposeScope();
        Bias = bias?.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope();
    }

    /// <summary><c>[Out]</c>, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary><c>x W</c> without the rows' scales and without bias.</summary>
    /// <param name="rows">Of <c>[N, In]</c>.</param>
    /// <param name="type">Of the result, <c>[N, Out]</c>.</param>
    public Tensor Apply(QuantisedRows rows, ScalarType type) => OneDnnInt8.Linear(rows.Bytes, _weight, _scales, _zeros, type);

    /// <summary>By way of managed memory: in the native heap, every weight's bytes would leave a hole that the next ones just do not fit.</summary>
    private static Tensor Reordered(IReadOnlyList<Tensor> weights, Tensor scales)
    {
        var (outputs, inputs) = (scales.size(0), weights[0].size(1));
        var rented = ArrayPool<sbyte>.Shared.Rent(checked((int)(outputs * inputs)));
        Tensor reordered;
        using (NewDisposeScope())
        {
            var rows = new QuantisedRows(frombuffer(rented, ScalarType.Int8, outputs * inputs).view(outputs, inputs), scales);
            var start = 0L;
            foreach (var weight in weights)
            {
                rows.Part(start, weight.size(0)).Fill(weight.detach());
                start += weight.size(0);
            }
            reordered = OneDnnInt8.Reorder(rows.Bytes).MoveToOuterDisposeScope();
        }
        ArrayPool<sbyte>.Shared.Return(rented);
        return reordered;
    }

    public void Dispose()
    {
        _weight.Dispose();
        _scales.Dispose();
        _zeros.Dispose();
        Bias?.Dispose();
    }
}
