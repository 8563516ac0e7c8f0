using System.Runtime.Intrinsics;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>The error function, sixteen at a time, to about 1e-6 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.28).</summary>
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
        var sum = Vector512.Create(0.0000430638f);
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512.Create(0.0002765672f));
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512.Create(0.0001520143f));
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512.Create(0.0092705272f));
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512.Create(0.0422820123f));
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512.Create(0.0705230784f));
        sum = Vector512.FusedMultiplyAdd(sum, size, Vector512<float>.One);
        for (var doubling = 0; doubling < 4; doubling++) sum *= sum;   // to the 16th power
        return Vector512.CopySign(Vector512<float>.One - (Vector512<float>.One / sum), x);
    }
}
