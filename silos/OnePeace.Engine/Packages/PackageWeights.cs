using OnePeace.Engine.Hosting;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Packages;

/// <summary>Checks of weights that need their values.</summary>
internal static class PackageWeights
{
    /// <summary>Reads every value once, without a copy.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="PackageRefusedException">A weight holds NaN or an infinity.</exception>
    public static long CheckFinite(ModalityModule module)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var count = 0L;
        foreach (var (name, weight) in module.named_parameters())
        {
            if (!float.IsFinite(weight.max().to(ScalarType.Float32).item<float>()) || !float.IsFinite(weight.min().to(ScalarType.Float32).item<float>()))   // both pass NaN on
                throw new PackageRefusedException(PackageFault.BrokenWeights, $"The weight '{name}' holds values that are not finite: check how it was trained and stored.");
            count += weight.numel();
        }
        return count;
    }
}
