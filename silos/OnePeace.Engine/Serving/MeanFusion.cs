namespace OnePeace.Engine.Serving;

/// <summary>Vectors of parts that were encoded alone, added and normalised.</summary>
internal static class MeanFusion
{
    /// <exception cref="UnencodableException">They cancel each other out.</exception>
    public static float[] Fuse(IEnumerable<float[]> vectors)
    {
        var all = vectors.ToArray();
        var sum = new double[all[0].Length];
        foreach (var vector in all)
            for (var i = 0; i < sum.Length; i++) sum[i] += vector[i];
        var norm = Math.Sqrt(sum.Sum(value => value * value));
        if (norm < 1e-6) throw new UnencodableException("The vectors of the item's parts cancel each other out: they have no mean direction.");
        return Array.ConvertAll(sum, value => (float)(value / norm));
    }
}
