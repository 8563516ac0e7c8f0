using System.Buffers;
using System.Runtime.Intrinsics;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>A layer norm's scale and shift.</summary>
internal sealed record NormValues(float[] Weight, float[] Bias);

/// <summary>What lies between multiplications in int8, a row at a time while it is in the processor's cache: values become bytes with one scale a row, <c>value = (byte - 128) * scale</c>, or signed ones, <c>value = byte * scale</c>.</summary>
/// <remarks>A row depends on no other, and is computed in one order whatever its batch.</remarks>
internal static unsafe class RowKernels
{
    private const float Steps = 127, HalfUp = OneDnnInt8.Zero + 0.5f;
    private const int Lane = 16;

    /// <param name="rows"><c>[count, width]</c>.</param>
    /// <param name="bytes"><c>[count, width]</c>.</param>
    /// <param name="scales"><c>[count]</c>.</param>
    /// <param name="flip">As in <see cref="Write"/>.</param>
    public static void Quantise<TRow>(byte* rows, long count, int width, byte* bytes, float* scales, byte flip) where TRow : IRowType
    {
        var rented = ArrayPool<float>.Shared.Rent(width);
        fixed (float* row = rented)
        {
            for (var index = 0L; index < count; index++)
            {
                Read<TRow>(rows + (index * width * TRow.Size), width, row);
                scales[index] = Write(row, width, bytes + (index * width), flip);
            }
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary><c>GELU(a) * b</c> of rows <c>a</c> and <c>b</c> that lie one after the other and were not scaled yet, then the norm, as bytes.</summary>
    /// <param name="pairs"><c>[count, 2 * width]</c>.</param>
    /// <param name="norm">Of <paramref name="width"/> values; null for none.</param>
    /// <param name="bytes"><c>[count, width]</c>.</param>
    /// <param name="scales"><c>[count]</c>: of the pairs; then of the bytes.</param>
    public static void Gate<TRow>(byte* pairs, long count, int width, NormValues? norm, byte* bytes, float* scales) where TRow : IRowType
    {
        var rented = ArrayPool<float>.Shared.Rent(width);
        fixed (float* row = rented, weight = norm?.Weight, bias = norm?.Bias)
        {
            for (var index = 0L; index < count; index++)
            {
                Gate<TRow>(pairs + (index * 2 * width * TRow.Size), width, scales[index], row);
                if (norm is not null) Normalise(row, width, weight, bias);
                scales[index] = Write(row, width, bytes + (index * width), flip: 0);
            }
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private static void Read<TRow>(byte* from, int width, float* row) where TRow : IRowType
    {
        var at = 0;
        for (; at <= width - Lane; at += Lane) TRow.Read(from + (at * TRow.Size)).Store(row + at);
        for (; at < width; at++) row[at] = TRow.ReadOne(from + (at * TRow.Size));
    }

    private static void Gate<TRow>(byte* pair, int width, float scale, float* row) where TRow : IRowType
    {
        var values = pair + (width * TRow.Size);
        var factor = Vector512.Create(scale);
        var at = 0;
        for (; at <= width - Lane; at += Lane)
            (ErrorFunction.Gelu(TRow.Read(pair + (at * TRow.Size)) * factor) * (TRow.Read(values + (at * TRow.Size)) * factor)).Store(row + at);
        for (; at < width; at++)
            row[at] = ErrorFunction.Gelu(Vector512.Create(TRow.ReadOne(pair + (at * TRow.Size)) * scale)).ToScalar() * (TRow.ReadOne(values + (at * TRow.Size)) * scale);
    }

    private static void Normalise(float* row, int width, float* weight, float* bias)
    {
        var mean = Sum(row, width, 0, squares: false) / width;
        var scale = 1 / MathF.Sqrt((Sum(row, width, mean, squares: true) / width) + (float)LayerNorm.Epsilon);
        var at = 0;
        for (; at <= width - Lane; at += Lane)
        {
            var normed = (Vector512.Load(row + at) - Vector512.Create(mean)) * Vector512.Create(scale);
            ((normed * Vector512.Load(weight + at)) + Vector512.Load(bias + at)).Store(row + at);
        }
        for (; at < width; at++) row[at] = ((row[at] - mean) * scale * weight[at]) + bias[at];
    }

    /// <summary>Of the values less <paramref name="mean"/>, or of their squares.</summary>
    private static float Sum(float* row, int width, float mean, bool squares)
    {
        var (sum, rest, at) = (Vector512<float>.Zero, 0f, 0);
        for (; at <= width - Lane; at += Lane)
        {
            var value = Vector512.Load(row + at) - Vector512.Create(mean);
            sum += squares ? value * value : value;
        }
        for (; at < width; at++) rest += squares ? (row[at] - mean) * (row[at] - mean) : row[at] - mean;
        return Vector512.Sum(sum) + rest;
    }

    /// <param name="flip">Bits of each byte that are turned: 128 makes a byte's distance from 128 a signed one.</param>
    /// <returns>The scale.</returns>
    private static float Write(float* row, int width, byte* bytes, byte flip)
    {
        var largest = Largest(row, width);
        var factor = largest > 0 ? Steps / largest : 0;
        var at = 0;
        for (; at <= width - (4 * Lane); at += 4 * Lane)
        {
            var low = Vector512.Narrow(Step(row + at, factor), Step(row + at + Lane, factor));
            var high = Vector512.Narrow(Step(row + at + (2 * Lane), factor), Step(row + at + (3 * Lane), factor));
            (Vector512.Narrow(low, high) ^ Vector512.Create(flip)).Store(bytes + at);
        }
        for (; at < width; at++) bytes[at] = (byte)((byte)((row[at] * factor) + HalfUp) ^ flip);
        return largest / Steps;
    }

    private static Vector512<uint> Step(float* from, float factor) =>
        Vector512.ConvertToInt32Native((Vector512.Load(from) * Vector512.Create(factor)) + Vector512.Create(HalfUp)).AsUInt32();

    private static float Largest(float* row, int width)
    {
        var (largest, at) = (Vector512<float>.Zero, 0);
        for (; at <= width - Lane; at += Lane) largest = Vector512.Max(largest, Vector512.Abs(Vector512.Load(row + at)));   // no number stays none
        var result = 0f;
        for (; at < width; at++) result = MathF.Max(result, MathF.Abs(row[at]));
        for (var lane = 0; lane < Lane; lane++) result = MathF.Max(result, largest[lane]);
        return result;
    }
}
