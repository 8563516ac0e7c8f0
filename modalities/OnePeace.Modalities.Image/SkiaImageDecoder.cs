using SkiaSharp;

namespace OnePeace.Modalities.Image;

/// <summary>Decodes JPEG, PNG, WebP, GIF (its first frame) and BMP with Skia, to the pixels that PIL gives where nothing is scaled.</summary>
public sealed class SkiaImageDecoder(ImageLimits limits) : IImageDecoder
{
    private static readonly float[] Scales = [1f / 8, 1f / 4, 1f / 2];   // at which a JPEG costs less

    /// <summary>JPEGs are decoded at the smallest size whose sides are at least so long; null: at their own.</summary>
    public int? LeastSide { get; init; }

    public IImageRows Open(ReadOnlyMemory<byte> encoded)
    {
        var format = ImageSignature.Recognise(encoded.Span);
        switch (format)
        {
            case ImageFormat.Png when Gray16Png.Recognises(encoded.Span):
                return Gray16Png.Open(encoded.Span, limits);   // Skia keeps the high bytes, PIL clips
            case ImageFormat.Gif:
                var (opaque, background) = GifFrame.WithoutTransparency(encoded.Span);
                return new SkiaFrame(Codec(opaque, format), format, background);
            case ImageFormat.Jpeg:
                JpegScans.Check(encoded.Span, limits);
                break;
        }

        var codec = Codec(encoded.Span, format);
        var info = format == ImageFormat.Jpeg ? Rgba(codec).WithSize(Size(codec)) : Rgba(codec);
        return codec.StartScanlineDecode(info) == SKCodecResult.Success && codec.ScanlineOrder == SKCodecScanlineOrder.TopDown
            ? new SkiaRows(codec, info, format)
            : new SkiaFrame(codec, format);
    }

    /// <summary>8 bits a channel, alpha aside, no colour management.</summary>
    internal static SKImageInfo Rgba(SKCodec codec) => new(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);

    private SKSizeI Size(SKCodec codec) => LeastSide is { } least
        ? Scales.Select(codec.GetScaledDimensions).FirstOrDefault(size => Math.Min(size.Width, size.Height) >= least, codec.Info.Size)
        : codec.Info.Size;

    private SKCodec Codec(ReadOnlySpan<byte> encoded, ImageFormat format)
    {
        using var copy = SKData.CreateCopy(encoded);
        var codec = SKCodec.Create(copy) ?? throw DamagedImage.Error(format);
        try
        {
            limits.Check(codec.Info.Width, codec.Info.Height, heldTwice: format == ImageFormat.WebP || IsInterlaced(encoded, format));
            return codec;
        }
        catch (InvalidInputException)
        {
            codec.Dispose();
            throw;
        }
    }

    private static bool IsInterlaced(ReadOnlySpan<byte> encoded, ImageFormat format) =>
        format == ImageFormat.Png && encoded.Length > 28 && encoded[28] != 0;
}
