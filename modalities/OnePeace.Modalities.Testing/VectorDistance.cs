namespace OnePeace.Modalities.Testing;

/// <summary>How far two vectors are from each other.</summary>
internal static class VectorDistance
{
    /// <summary>The largest difference of two values; NaN where one is no number.</summary>
    public static float Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Aggregate(0f, MathF.Max);

    public static double Cosine(float[] a, float[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
