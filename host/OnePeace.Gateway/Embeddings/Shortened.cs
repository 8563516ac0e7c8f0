using OnePeace.Contracts.Transformers;

namespace OnePeace.Gateway.Embeddings;

/// <summary>Vectors of fewer dimensions, as OpenAI's <c>dimensions</c> asks for them.</summary>
internal static class Shortened
{
    /// <summary>Each of them, as below.</summary>
    public static IReadOnlyList<ItemVector> To(int dimensions, IReadOnlyList<ItemVector> vectors) =>
        vectors.All(v => v.Values.Length == dimensions) ? vectors : [.. vectors.Select(v => v with { Values = To(dimensions, v.Values) })];

    /// <summary>The first values, scaled to unit length again; the very vector where nothing is cut.</summary>
    public static float[] To(int dimensions, float[] vector)
    {
        if (dimensions == vector.Length)
            return vector;
        var cut = vector[..dimensions];
        var length = Math.Sqrt(cut.Sum(v => (double)v * v));
        if (length > 0)
        {
            for (var i = 0; i < cut.Length; i++)
                cut[i] = (float)(cut[i] / length);
        }
        return cut;
    }
}
