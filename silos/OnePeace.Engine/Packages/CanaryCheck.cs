using OnePeace.Engine.Hosting;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Engine.Packages;

/// <summary>Whether a canary is answered as its package says.</summary>
internal static class CanaryCheck
{
    private const double NarrowMinCosine = 0.99;

    /// <param name="canary">With the vector that is expected.</param>
    /// <param name="vector">The answer, <c>[D]</c>.</param>
    /// <param name="type">What it was computed in.</param>
    /// <exception cref="PackageRefusedException">It is another.</exception>
    public static void Compare(Canary canary, float[] vector, ScalarType type)
    {
        var expected = ManifestRules.Vector(canary);
        var cosine = expected.Length == vector.Length ? expected.Zip(vector, (a, b) => (double)a * b).Sum() : double.NaN;
        var least = type == ScalarType.Float32 ? canary.MinCosine : Math.Min(canary.MinCosine, NarrowMinCosine);
        if (!(cosine >= least))
            throw new PackageRefusedException(PackageFault.CanaryFailed,
                $"The canary '{canary.Input}' is answered with cosine {cosine:0.######} to the vector in the manifest, expected at least {least}: pack it again for this model.");
    }
}
