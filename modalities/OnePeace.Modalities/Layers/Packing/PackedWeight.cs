using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>The weight and bias of an affine map, laid out once for inference: for oneDNN on a CPU where it can be used, else as they are.</summary>
/// <remarks>Shapes: <c>[..., In] -> [..., Out]</c>. Results belong to the caller's dispose scope.</remarks>
public sealed class PackedWeight : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly bool _isReordered;

    /// <param name="weight"><c>[Out, In]</c>; not owned; its memory is shared where it is not reordered.</param>
    /// <param name="bias"><c>[Out]</c> or null; the same.</param>
    public PackedWeight(Tensor weight, Tensor? bias)
    {
        _isReordered = OneDnn.CanMultiply(weight);
        _weight = (_isReordered ? OneDnn.Reorder(weight) : weight.detach()).DetachFromDisposeScope();
        _bias = bias?.detach().DetachFromDisposeScope();
    }

    /// <summary><c>x W + b</c>.</summary>
    public Tensor Apply(Tensor input) => _isReordered ? OneDnn.Linear(input, _weight, _bias, Activation.None) : nn.functional.linear(input, _weight, _bias);

    /// <summary><c>GELU(x W + b)</c>, exact.</summary>
    public Tensor ApplyGelu(Tensor input)
    {
        if (_isReordered) return OneDnn.Linear(input, _weight, _bias, Activation.Gelu);
        using var mapped = nn.functional.linear(input, _weight, _bias);
        return nn.functional.gelu(mapped);
    }

    /// <summary><c>(x W + b) * other</c>.</summary>
    public Tensor ApplyTimes(Tensor input, Tensor other) => _isReordered
        ? OneDnn.LinearWith(input, other, _weight, _bias, Combination.Product)
        : nn.functional.linear(input, _weight, _bias).mul_(other);

    /// <summary><c>x W + b + other</c>.</summary>
    public Tensor ApplyPlus(Tensor input, Tensor other) => _isReordered
        ? OneDnn.LinearWith(input, other, _weight, _bias, Combination.Sum)
        : nn.functional.linear(input, _weight, _bias).PlusInPlace(other);

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
