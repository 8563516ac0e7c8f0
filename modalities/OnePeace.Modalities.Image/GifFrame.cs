using SkiaSharp;

namespace OnePeace.Modalities.Image;

/// <summary>Makes a GIF's first frame opaque, as PIL sees it: transparent pixels keep the colour that the palette has for them.</summary>
internal static class GifFrame
{
    private const int HeaderLength = 13;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;
    private const byte ImageDescriptor = 0x2C;

    /// <summary>A copy whose first frame has no transparent colour, and the colour of what that frame leaves uncovered.</summary>
    /// <remarks>Of a damaged file, a copy as it is: the decoder will say so.</remarks>
    public static (byte[] Encoded, SKColor Background) WithoutTransparency(ReadOnlySpan<byte> encoded)
    {
        var copy = encoded.ToArray();
        if (copy.Length < HeaderLength)
            return (copy, SKColors.Black);
        var palette = Palette(copy, HeaderLength, copy[10]);
        var transparent = 0;
        var at = HeaderLength + palette.Length;
        while (at + 8 <= copy.Length && copy[at] == Extension)
        {
            if (copy[at + 1] == GraphicControl && (copy[at + 3] & 1) != 0)
            {
                copy[at + 3] &= 0xFE;
                transparent = copy[at + 6];
            }
            at = AfterBlocks(copy, at + 2);
        }
        if (at + 10 <= copy.Length && copy[at] == ImageDescriptor && (copy[at + 9] & 0x80) != 0)
            palette = Palette(copy, at + 10, copy[at + 9]);
        return (copy, 3 * transparent + 2 < palette.Length
            ? new SKColor(palette[3 * transparent], palette[3 * transparent + 1], palette[3 * transparent + 2])
            : SKColors.Black);
    }

    /// <summary>The colours that lie at <paramref name="at"/> if the flags say that there are any.</summary>
    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, int at, byte flags)
    {
        var length = (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
        return file.Slice(at, Math.Min(length, file.Length - at));
    }

    /// <summary>Skips blocks, each with its length before it, up to the empty one.</summary>
    private static int AfterBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
            at += 1 + file[at];
        return at + 1;
    }
}
