using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>A module whose own parameters start from defined values. Parameters are created empty: building a model touches no memory.</summary>
public interface IInitialised
{
    /// <summary>Sets this module's own parameters (not its children's); called without gradient tracking.</summary>
    void Initialise(Generator generator);
}

/// <summary>How weights start when nothing is loaded.</summary>
public static class Initialisation
{
    /// <summary>Initialises a module and all its descendants, in the order of their names, from one seed.</summary>
    public static void InitialiseParameters(this nn.Module module, long seed)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        foreach (var (_, child) in module.named_modules().OrderBy(m => m.name, StringComparer.Ordinal))
            (child as IInitialised)?.Initialise(generator);
        (module as IInitialised)?.Initialise(generator);
    }

    /// <summary>A normal distribution of <paramref name="deviation"/> cut off at one deviation, as the official code starts its weights.</summary>
    public static void TruncatedNormal(Tensor target, Generator generator, double deviation = 0.02)
    {
        // Inverse transform: uniform between Phi(-1) and Phi(1), through the inverse error function.
        const double bound = 0.6826894921370859;   // erf(1 / sqrt(2))
        using var scope = NewDisposeScope();
        using Scalar stretch = (Math.Sqrt(2) * deviation).ToScalar(), least = (-deviation).ToScalar(), most = deviation.ToScalar();   // kept: TensorSums says why
        using var normal = Symmetric(target, generator, bound).erfinv().mul(stretch).clamp(least, most);
        target.copy_(normal);
    }

    /// <summary>The same value everywhere.</summary>
    public static void Fill(Tensor target, double value)
    {
        using var kept = value.ToScalar();
        target.fill_(kept);
    }

    /// <summary>Uniform within plus or minus <paramref name="bound"/>.</summary>
    public static void Uniform(Tensor target, Generator generator, double bound)
    {
        using var scaled = Symmetric(target, generator, bound);
        target.copy_(scaled);
    }

    /// <summary>Normal with mean 0.</summary>
    public static void Normal(Tensor target, Generator generator, double deviation)
    {
        using var spread = deviation.ToScalar();
        using var normal = randn(target.Sizes(), generator: generator, dtype: ScalarType.Float32);
        using var scaled = normal.mul(spread);
        target.copy_(scaled);
    }

    private static Tensor Symmetric(Tensor target, Generator generator, double bound)
    {
        using Scalar twice = (2 * bound).ToScalar(), once = bound.ToScalar();
        using var uniform = rand(target.Sizes(), generator: generator, dtype: ScalarType.Float32);
        using var wide = uniform.mul(twice);
        return wide.sub(once);
    }
}
