using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnePeace.Modalities.Image;

/// <summary>Resizes to a square exactly as PIL's antialiased bicubic: columns first, then rows, rounded to 8 bits after each.</summary>
/// <remarks>Pixels are four bytes, red first. Columns are resized while rows arrive, so that memory holds <c>[H, S]</c>, never <c>[H, W]</c>.</remarks>
public static class BicubicResize
{
    /// <summary>Reads the image to its end.</summary>
    /// <returns><c>[S, S, 3]</c>, red first.</returns>
    public static byte[] ToSquare(IImageRows image, int side, CancellationToken cancellation)
    {
        var narrowed = ArrayPool<uint>.Shared.Rent(image.Height * side);   // [H, S]
        try
        {
            ResizeColumns(image, side, narrowed, cancellation);
            return ResizeRows(narrowed, image.Height, side);
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(narrowed);
        }
    }

    private static void ResizeColumns(IImageRows image, int side, Span<uint> narrowed, CancellationToken cancellation)
    {
        var weights = image.Width == side ? null : new BicubicWeights(image.Width, side);
        for (var y = 0; y < image.Height; y++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = MemoryMarshal.Cast<byte, uint>(image.Next());
            var line = narrowed.Slice(y * side, side);
            if (weights is null)
                row.CopyTo(line);
            else
            {
                for (var x = 0; x < side; x++)
                    line[x] = WeightedSum(row[weights.Start(x)..], 1, weights[x]);
            }
        }
    }

    private static byte[] ResizeRows(ReadOnlySpan<uint> narrowed, int height, int side)
    {
        var weights = height == side ? null : new BicubicWeights(height, side);
        var square = new byte[side * side * 3];
        for (int y = 0, at = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++, at += 3)
            {
                var pixel = weights is null ? narrowed[y * side + x] : WeightedSum(narrowed[(weights.Start(y) * side + x)..], side, weights[y]);
                (square[at], square[at + 1], square[at + 2]) = ((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16));
            }
        }
        return square;
    }

    /// <summary>All four channels at once: every <paramref name="step"/>-th pixel times its weight, rounded and clamped to 8 bits.</summary>
    private static uint WeightedSum(ReadOnlySpan<uint> pixels, int step, ReadOnlySpan<int> weights)
    {
        var sum = Vector128.Create(1 << (BicubicWeights.FractionBits - 1));
        for (int n = 0, at = 0; n < weights.Length; n++, at += step)
        {
            var channels = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixels[at]).AsByte())).AsInt32();
            sum += channels * Vector128.Create(weights[n]);
        }
        var clamped = Vector128.Min(Vector128.Max(sum >> BicubicWeights.FractionBits, Vector128<int>.Zero), Vector128.Create(255)).AsUInt32();
        return Vector128.Narrow(Vector128.Narrow(clamped, clamped), Vector128<ushort>.Zero).AsUInt32().ToScalar();
    }
}
