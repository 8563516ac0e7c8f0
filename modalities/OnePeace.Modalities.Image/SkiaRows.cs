using SkiaSharp;

namespace OnePeace.Modalities.Image;

/// <summary>An image that Skia decodes row by row (JPEG); one row lies in memory. Takes the codec over.</summary>
internal sealed class SkiaRows(SKCodec codec, SKImageInfo info, ImageFormat format) : IImageRows
{
    private readonly SKBitmap _row = new(info.WithSize(info.Width, 1));

    public int Width => info.Width;

    public int Height => info.Height;

    public ReadOnlySpan<byte> Next()
    {
        if (codec.GetScanlines(_row.GetPixels(), 1, _row.RowBytes) != 1)
            throw DamagedImage.Error(format);
        return _row.GetPixelSpan();
    }

    public void Dispose()
    {
        _row.Dispose();
        codec.Dispose();
    }
}
