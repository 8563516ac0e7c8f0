using OnePeace.Training.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Optimisation;

/// <summary>Float32 copies of weights that a model holds in another type: the copies are updated and written back, so that small updates are not lost.</summary>
/// <remarks>Weights that are float32 already stand for themselves.</remarks>
public sealed class MasterWeights : IDisposable
{
    private static readonly Scalar One = 1f.ToScalar();

    private readonly List<(Tensor Weight, Tensor Master)> _copies = [];

    /// <param name="trained">The model's own weights; not owned.</param>
    public MasterWeights(IEnumerable<NamedParameter> trained) => Weights = [.. trained.Select(Copy)];

    /// <summary>What an optimiser updates, in the order of the model's weights.</summary>
    public IReadOnlyList<NamedParameter> Weights { get; }

    /// <summary>Moves the gradients of the model's weights to their copies, added to those already there. After every backward pass.</summary>
    public void TakeGradients()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (weight, master) in _copies)
        {
            if (weight.grad is not { } gradient) continue;
            if (master.grad is { } before) before.add_(gradient.to(ScalarType.Float32), One);
            else master.grad = gradient.to(ScalarType.Float32);
            weight.grad = null;
        }
    }

    /// <summary>Rounds the copies into the model's weights. After every update.</summary>
    public void WriteBack()
    {
        using var _ = no_grad();
        foreach (var (weight, master) in _copies) weight.copy_(master);
    }

    public void Dispose() => _copies.ForEach(copy => copy.Master.Dispose());

    private NamedParameter Copy(NamedParameter parameter)
    {
        if (parameter.Value.dtype == ScalarType.Float32) return parameter;
        using var _ = no_grad();
        var master = parameter.Value.to(ScalarType.Float32).DetachFromDisposeScope();
        _copies.Add((parameter.Value, master));
        return parameter with { Value = master };
    }
}
