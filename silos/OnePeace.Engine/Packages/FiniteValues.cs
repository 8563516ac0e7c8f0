using System.Numerics;
using System.Runtime.InteropServices;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Packages;

/// <summary>Whether all values of a stored weight are finite as float32; looks at their bits, as fast as memory is read.</summary>
internal static class FiniteValues
{
    private const long ChunkValues = 1 << 20;

    /// <param name="weight">Contiguous, on the CPU, of a floating-point type.</param>
    public static bool AreAll(Tensor weight)
    {
        using var flat = weight.view(-1);
        for (var start = 0L; start < flat.size(0); start += ChunkValues)
        {
            using var chunk = flat.narrow(0, start, Math.Min(ChunkValues, flat.size(0) - start));
            if (!AreAll(chunk.bytes, weight.dtype)) return false;
        }
        return true;
    }

    /// <summary>Without its sign, a value is at least this integer where it is infinite or no number; a float64 also where float32 rounds it to infinity.</summary>
    private static bool AreAll(ReadOnlySpan<byte> bytes, ScalarType type) => type switch
    {
        ScalarType.Float32 => AreBelow(MemoryMarshal.Cast<byte, int>(bytes), 0x7F80_0000),
        ScalarType.BFloat16 => AreBelow<short>(MemoryMarshal.Cast<byte, short>(bytes), 0x7F80),
        ScalarType.Float16 => AreBelow<short>(MemoryMarshal.Cast<byte, short>(bytes), 0x7C00),
        ScalarType.Float64 => AreBelow(MemoryMarshal.Cast<byte, long>(bytes), 0x47EF_FFFF_F000_0000),
        _ => throw new NotSupportedException($"Expected floating-point values, but they are of type {DataTypes.Name(type)}."),
    };

    private static bool AreBelow<T>(ReadOnlySpan<T> values, T bound) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        var most = Vector<T>.Zero;
        foreach (var vector in vectors) most = Vector.Max(most, vector & new Vector<T>(T.MaxValue));
        if (Vector.GreaterThanOrEqualAny(most, new Vector<T>(bound))) return false;
        foreach (var value in values[(vectors.Length * Vector<T>.Count)..])
            if ((value & T.MaxValue) >= bound) return false;
        return true;
    }
}
