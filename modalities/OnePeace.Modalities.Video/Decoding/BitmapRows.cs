using OnePeace.Modalities.Image;
using SkiaSharp;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>The rows of a bitmap with red first; the bitmap stays its owner's.</summary>
internal sealed class BitmapRows(SKBitmap pixels) : IImageRows
{
    private int _next;

    public int Width => pixels.Width;

    public int Height => pixels.Height;

    public ReadOnlySpan<byte> Next() => pixels.GetPixelSpan().Slice(_next++ * pixels.RowBytes, 4 * Width);

    public void Dispose() { }
}
