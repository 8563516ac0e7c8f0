using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Sizes and types of stored tensors; every product is checked against overflow.</summary>
public static class TensorSize
{
    /// <summary>How many values a tensor of this shape has.</summary>
    /// <exception cref="InvalidDataException">A side is negative, or the product does not fit 63 bits.</exception>
    public static long Count(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var side in shape)
        {
            if (side < 0) throw new InvalidDataException($"Expected a shape of sides from 0 on, but got {Text(shape)}.");
            if (Math.BigMul(count, side, out count) != 0 || count < 0)
                throw new InvalidDataException($"Expected a shape of less than 2^63 values, but got {Text(shape)}.");
        }
        return count;
    }

    /// <summary>How many bytes its values take.</summary>
    /// <inheritdoc cref="Count" path="/exception"/>
    public static long Bytes(ReadOnlySpan<long> shape, ScalarType type)
    {
        var count = Count(shape);
        return count <= long.MaxValue / 16
            ? count * type.ElementSize()
            : throw new InvalidDataException($"Expected a shape of less than 2^63 bytes, but got {Text(shape)}.");
    }

    /// <summary>Bytes of one value.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool => 1,
        _ => throw new NotSupportedException($"Weights of type {type} are not supported."),
    };

    public static bool IsFloatingPoint(this ScalarType type) => type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>The shape as people write it: <c>[2, 3]</c>.</summary>
    public static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
