using System.Buffers;
using System.Buffers.Text;
using OnePeace.Modalities.Image;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>Reads portable pixmaps, raw RGB behind a line of text each, one after another.</summary>
internal static class PixmapStream
{
    private const int LongestHeader = 32;

    /// <summary>Hands every frame on, one in memory at a time. Null where the stream holds fewer, more, or something else; otherwise how many.</summary>
    /// <exception cref="InvalidInputException">A frame is larger than the limits allow.</exception>
    public static async Task<object?> ReadAsync(Stream stream, int count, ClipLimits limits, Action<IImageRows> take, CancellationToken cancellation)
    {
        var header = new byte[LongestHeader];
        for (var frame = 0; frame < count; frame++)
        {
            if (await ReadHeaderAsync(stream, header, cancellation) is not var (width, height)) return null;
            limits.CheckFrame(width, height);
            var colours = ArrayPool<byte>.Shared.Rent(3 * width * height);   // [H, W, 3]
            try
            {
                var wanted = colours.AsMemory(0, 3 * width * height);
                if (await stream.ReadAtLeastAsync(wanted, wanted.Length, throwOnEndOfStream: false, cancellation) < wanted.Length) return null;
                take(new ColourRows(wanted, width, height));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(colours);
            }
        }
        return await stream.ReadAsync(header.AsMemory(0, 1), cancellation) == 0 ? count : null;
    }

    /// <summary>Width and height of <c>P6\nWIDTH HEIGHT\n255\n</c>, or null for anything else.</summary>
    private static async Task<(int Width, int Height)?> ReadHeaderAsync(Stream stream, byte[] header, CancellationToken cancellation)
    {
        var length = 0;
        for (var lines = 0; lines < 3; length++)
        {
            if (length == header.Length || await stream.ReadAsync(header.AsMemory(length, 1), cancellation) == 0) return null;
            if (header[length] == '\n') lines++;
        }
        return Size(header.AsSpan(0, length));
    }

    private static (int Width, int Height)? Size(ReadOnlySpan<byte> header) =>
        header.StartsWith("P6\n"u8) && header.EndsWith("\n255\n"u8)
        && Utf8Parser.TryParse(header[3..], out int width, out var digits) && width > 0
        && Utf8Parser.TryParse(header[(4 + digits)..], out int height, out _) && height > 0
            ? (width, height)
            : null;

    /// <summary>Three bytes a pixel, handed out as four.</summary>
    private sealed class ColourRows(ReadOnlyMemory<byte> colours, int width, int height) : IImageRows
    {
        private readonly byte[] _row = new byte[4 * width];
        private int _next;

        public int Width => width;

        public int Height => height;

        public ReadOnlySpan<byte> Next()
        {
            var row = colours.Span.Slice(3 * width * _next++, 3 * width);
            for (var x = 0; x < width; x++)
                row.Slice(3 * x, 3).CopyTo(_row.AsSpan(4 * x));
            return _row;
        }

        public void Dispose() { }
    }
}
