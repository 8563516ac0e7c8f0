using System.Numerics;
using System.Runtime.InteropServices;

namespace OnePeace.Training.Evaluation;

/// <summary>Arithmetic with vectors of unit length.</summary>
public static class UnitVectors
{
    private const double Smallest = 1e-6;

    /// <summary>The cosine of two unit vectors.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"Expected two vectors of one length, but they have {a.Length} and {b.Length} numbers.");
        ReadOnlySpan<Vector<float>> wideA = MemoryMarshal.Cast<float, Vector<float>>(a), wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < wideA.Length; i++) sums += wideA[i] * wideB[i];
        var sum = Vector.Sum(sums);
        for (var i = wideA.Length * Vector<float>.Count; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Weighted vectors, added and brought to unit length: how queries of several parts are made (ONE-PEACE, emergent retrieval).</summary>
    /// <exception cref="InvalidDataException">They cancel each other out.</exception>
    public static float[] Sum(IReadOnlyList<float[]> vectors, IReadOnlyList<double> weights)
    {
        var sum = new double[vectors[0].Length];
        for (var part = 0; part < vectors.Count; part++)
            for (var i = 0; i < sum.Length; i++) sum[i] += weights[part] * vectors[part][i];
        var norm = Math.Sqrt(sum.Sum(value => value * value));
        if (norm < Smallest) throw new InvalidDataException("The vectors of a query's parts cancel each other out: give the parts other weights.");
        return Array.ConvertAll(sum, value => (float)(value / norm));
    }

    /// <summary>The mean direction of some vectors.</summary>
    /// <exception cref="InvalidDataException">They cancel each other out.</exception>
    public static float[] Mean(IReadOnlyList<float[]> vectors) => vectors.Count == 1 ? vectors[0] : Sum(vectors, [.. vectors.Select(_ => 1d)]);
}
