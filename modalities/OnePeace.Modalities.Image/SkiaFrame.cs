using SkiaSharp;

namespace OnePeace.Modalities.Image;

/// <summary>An image that Skia decodes only as a whole (PNG, WebP, GIF, BMP). Takes the codec over.</summary>
internal sealed class SkiaFrame : IImageRows
{
    private readonly SKBitmap _pixels;
    private int _next;

    /// <param name="codec">At its first frame.</param>
    /// <param name="format">For the error message.</param>
    /// <param name="background">What fully transparent pixels become; null leaves them.</param>
    /// <exception cref="InvalidInputException">The image is cut short or damaged.</exception>
    public SkiaFrame(SKCodec codec, ImageFormat format, SKColor? background = null)
    {
        using (codec)
        {
            _pixels = new SKBitmap(SkiaImageDecoder.Rgba(codec));
            if (codec.GetPixels(_pixels.Info, _pixels.GetPixels()) != SKCodecResult.Success)
            {
                _pixels.Dispose();
                throw DamagedImage.Error(format);
            }
        }
        if (background is { } colour)
            Fill(_pixels.GetPixelSpan(), colour);
    }

    public int Width => _pixels.Width;

    public int Height => _pixels.Height;

    public ReadOnlySpan<byte> Next() => _pixels.GetPixelSpan().Slice(_next++ * _pixels.RowBytes, 4 * Width);

    public void Dispose() => _pixels.Dispose();

    private static void Fill(Span<byte> pixels, SKColor colour)
    {
        for (var at = 0; at < pixels.Length; at += 4)
        {
            if (pixels[at + 3] == 0)
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (colour.Red, colour.Green, colour.Blue);
        }
    }
}
