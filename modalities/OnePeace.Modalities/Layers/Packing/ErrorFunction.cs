using System.Runtime.Intrinsics;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>The error function, sixteen at a time, to 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).</summary>
internal static class ErrorFunction
{
    /// <summary><c>x / 2 * (1 + erf(x / sqrt 2))</c>: the exact GELU.</summary>
    public static Vector512<float> Gelu(Vector512<float> x)
    {
        var half = Vector512.Create(0.5f) * x;
        return half + (half * Of(x * Vector512.Create(0.70710678f)));
    }

    private static Vector512<float> Of(Vector512<float> x)
    {
        var size = Vector512.Abs(x);
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(Vector512.Create(0.3275911f), size, Vector512<float>.One);
        var sum = Vector512.Create(1.061405429f);
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(-1.453152027f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(1.421413741f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(-0.284496736f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.254829592f));
        return Vector512.CopySign(Vector512<float>.One - (sum * t * Vector512.Exp(-(size * size))), x);
    }
}
