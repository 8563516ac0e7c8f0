using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>A small tensor in managed memory: prepared on any thread, copied to the device on the device's own.</summary>
public sealed class HostTensor
{
    private HostTensor(ScalarType type, long[] shape, byte[] bytes)
    {
        Type = type;
        Shape = shape;
        Bytes = bytes;
    }

    public ScalarType Type { get; }

    public IReadOnlyList<long> Shape { get; }

    /// <summary>Row-major little-endian values.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    public static HostTensor Create(ReadOnlySpan<float> values, params long[] shape) => Create(ScalarType.Float32, values, shape);

    /// <inheritdoc cref="Create(ReadOnlySpan{float}, long[])"/>
    public static HostTensor Create(ReadOnlySpan<long> values, params long[] shape) => Create(ScalarType.Int64, values, shape);

    /// <inheritdoc cref="Create(ReadOnlySpan{float}, long[])"/>
    public static HostTensor Create(ReadOnlySpan<bool> values, params long[] shape) => Create(ScalarType.Bool, values, shape);

    /// <summary>A tensor whose values are written where they will lie, which saves a copy of large ones.</summary>
    /// <param name="write">Given all values, in row-major order and not yet set.</param>
    /// <param name="shape">The size of every dimension.</param>
    public static HostTensor Write(Action<Span<float>> write, params long[] shape)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(Count(shape) * sizeof(float))));
        write(MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        return new HostTensor(ScalarType.Float32, shape, bytes);
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, side) => checked(product * side));

    private static HostTensor Create<T>(ScalarType type, ReadOnlySpan<T> values, long[] shape) where T : unmanaged
    {
        var count = Count(shape);
        if (count != values.Length)
            throw new ArgumentException($"A tensor [{string.Join(", ", shape)}] has {count} values, but {values.Length} came.", nameof(values));
        return new HostTensor(type, shape, MemoryMarshal.AsBytes(values).ToArray());
    }
}
