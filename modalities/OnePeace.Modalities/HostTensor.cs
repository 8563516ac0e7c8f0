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

    private static HostTensor Create<T>(ScalarType type, ReadOnlySpan<T> values, long[] shape) where T : unmanaged
    {
        var count = shape.Aggregate(1L, (product, side) => checked(product * side));
        if (count != values.Length)
            throw new ArgumentException($"A tensor [{string.Join(", ", shape)}] has {count} values, but {values.Length} came.", nameof(values));
        return new HostTensor(type, shape, MemoryMarshal.AsBytes(values).ToArray());
    }
}
