namespace OnePeace.Modalities.Image.Tests;

/// <summary>A small GIF, written by hand: four colours, and a clear code before every other pixel so that codes stay three bits wide.</summary>
internal static class GifFile
{
    public static readonly byte[] Palette = [10, 20, 30, 200, 100, 50, 1, 2, 3, 90, 80, 70];

    /// <param name="side">Of the square canvas.</param>
    /// <param name="pixels">Palette indices of a frame of the canvas' width, at its top.</param>
    /// <param name="transparent">The index that is transparent, or null.</param>
    public static byte[] Write(int side, byte[] pixels, byte? transparent)
    {
        const int clear = 4, end = 5, width = 3;
        var codes = pixels.Chunk(2).SelectMany(two => two.Select(pixel => (int)pixel).Prepend(clear)).Append(end).ToList();
        var data = new byte[(codes.Count * width + 7) / 8];
        for (var bit = 0; bit < codes.Count * width; bit++)
            data[bit / 8] |= (byte)(((codes[bit / width] >> (bit % width)) & 1) << (bit % 8));
        byte[] control = transparent is { } index ? [0x21, 0xF9, 4, 1, 0, 0, index, 0] : [];
        return
        [
            .. "GIF89a"u8, (byte)side, 0, (byte)side, 0, 0x81, 0, 0, .. Palette, .. control,
            0x2C, 0, 0, 0, 0, (byte)side, 0, (byte)(pixels.Length / side), 0, 0, 2,
            .. data.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)), 0, 0x3B,
        ];
    }
}
