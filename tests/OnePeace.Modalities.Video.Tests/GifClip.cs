namespace OnePeace.Modalities.Video.Tests;

/// <summary>A frame of palette indices.</summary>
/// <param name="Disposal">1 keeps it, 2 clears its place, 3 restores what was there before.</param>
internal sealed record GifFrame(int Left, int Top, int Width, int Height, byte[] Pixels, byte? Transparent = null, int Disposal = 1, int Centiseconds = 10);

/// <summary>A small animated GIF, written by hand: four colours, and a clear code before every other pixel so that codes stay three bits wide.</summary>
internal static class GifClip
{
    public static readonly byte[] Palette = [10, 20, 30, 200, 100, 50, 1, 2, 3, 90, 80, 70];

    /// <summary>Frames of a whole canvas, one colour each.</summary>
    public static byte[] Plain(int side, params (byte Colour, int Centiseconds)[] frames) =>
        Write(side, side, [.. frames.Select(f => new GifFrame(0, 0, side, side, [.. Enumerable.Repeat(f.Colour, side * side)], Centiseconds: f.Centiseconds))]);

    public static byte[] Write(int width, int height, IReadOnlyList<GifFrame> frames) =>
        [.. "GIF89a"u8, .. Short(width), .. Short(height), 0x81, 0, 0, .. Palette, .. frames.SelectMany(Frame), 0x3B];

    /// <summary>What is to be seen after each frame, row by row, three bytes a pixel; black where nothing is.</summary>
    public static IEnumerable<byte[]> Show(int width, int height, IReadOnlyList<GifFrame> frames)
    {
        var canvas = new byte?[width * height];
        foreach (var frame in frames)
        {
            var before = (byte?[])canvas.Clone();
            Fill(canvas, width, frame, (at, place) => frame.Pixels[at] == frame.Transparent ? canvas[place] : frame.Pixels[at]);
            yield return [.. canvas.SelectMany(pixel => pixel is { } colour ? Palette[(3 * colour)..(3 * colour + 3)] : [0, 0, 0])];
            if (frame.Disposal == 2) Fill(canvas, width, frame, (_, _) => null);
            if (frame.Disposal == 3) canvas = before;
        }
    }

    private static void Fill(byte?[] canvas, int width, GifFrame frame, Func<int, int, byte?> pixel)
    {
        for (var at = 0; at < frame.Pixels.Length; at++)
        {
            var place = ((frame.Top + (at / frame.Width)) * width) + frame.Left + (at % frame.Width);
            canvas[place] = pixel(at, place);
        }
    }

    private static IEnumerable<byte> Frame(GifFrame frame)
    {
        const int clear = 4, end = 5, bits = 3;
        var codes = frame.Pixels.Chunk(2).SelectMany(two => two.Select(pixel => (int)pixel).Prepend(clear)).Append(end).ToList();
        var data = new byte[((codes.Count * bits) + 7) / 8];
        for (var bit = 0; bit < codes.Count * bits; bit++)
            data[bit / 8] |= (byte)(((codes[bit / bits] >> (bit % bits)) & 1) << (bit % 8));
        return
        [
            0x21, 0xF9, 4, (byte)((frame.Disposal << 2) | (frame.Transparent is null ? 0 : 1)), .. Short(frame.Centiseconds), frame.Transparent ?? 0, 0,
            0x2C, .. Short(frame.Left), .. Short(frame.Top), .. Short(frame.Width), .. Short(frame.Height), 0, 2,
            .. data.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)), 0,
        ];
    }

    private static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];
}
