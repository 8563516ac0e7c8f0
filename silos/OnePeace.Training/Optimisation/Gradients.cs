using OnePeace.Modalities.Layers;
using OnePeace.Training.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Optimisation;

/// <summary>Gradients between the last backward pass and the update. Weights without one are passed over.</summary>
public static class Gradients
{
    private static readonly Scalar Tiny = 1e-6f.ToScalar();
    private static readonly Scalar One = 1f.ToScalar();

    /// <summary>The norm of all gradients as one vector, a float32 scalar owned by the caller's dispose scope; null where there are none.</summary>
    public static Tensor? Norm(IEnumerable<NamedParameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = parameters.Select(p => p.Value.grad).OfType<Tensor>().Select(g => g.to(ScalarType.Float32).norm()).ToArray();
        return norms.Length == 0 ? null : stack(norms).norm().MoveToOuterDisposeScope();
    }

    /// <summary>Shortens the gradients so that their common norm is at most <paramref name="most"/>; 0 leaves them.</summary>
    /// <returns>The norm before; see <see cref="Norm"/>.</returns>
    public static Tensor? Clip(IReadOnlyList<NamedParameter> parameters, double most)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (Norm(parameters) is not { } norm) return null;
        if (most > 0)
        {
            using var bound = most.ToScalar();
            Multiply(parameters, norm.Plus(Tiny).reciprocal().mul(bound).clamp_max(One));
        }
        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>Forgets them.</summary>
    public static void Clear(IEnumerable<NamedParameter> parameters)
    {
        foreach (var parameter in parameters) parameter.Value.grad = null;
    }

    private static void Multiply(IEnumerable<NamedParameter> parameters, Tensor factor)
    {
        foreach (var gradient in parameters.Select(p => p.Value.grad).OfType<Tensor>()) gradient.mul_(factor.to(gradient.dtype, gradient.device));
    }
}
