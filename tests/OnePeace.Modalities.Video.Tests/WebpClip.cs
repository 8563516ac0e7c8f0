using System.Buffers.Binary;
using SkiaSharp;

namespace OnePeace.Modalities.Video.Tests;

/// <summary>A frame of one colour, opaque or (alpha 0) transparent.</summary>
internal sealed record WebpFrame(int Left, int Top, int Width, int Height, SKColor Colour, bool Blend = true, bool Clear = false, int Milliseconds = 100);

/// <summary>A small animated WebP: Skia writes the frames, lossless, and we the file around them.</summary>
internal static class WebpClip
{
    public static byte[] Write(int width, int height, IReadOnlyList<WebpFrame> frames)
    {
        byte[] chunks =
        [
            .. Chunk("VP8X"u8, [0x12, 0, 0, 0, .. Triple(width - 1), .. Triple(height - 1)]),
            .. Chunk("ANIM"u8, [0, 0, 0, 0, 0, 0]),
            .. frames.SelectMany(f => Chunk("ANMF"u8,
            [
                .. Triple(f.Left / 2), .. Triple(f.Top / 2), .. Triple(f.Width - 1), .. Triple(f.Height - 1), .. Triple(f.Milliseconds),
                (byte)((f.Blend ? 0 : 2) | (f.Clear ? 1 : 0)), .. Still(f),
            ])),
        ];
        return Chunk("RIFF"u8, [.. "WEBP"u8, .. chunks]);
    }

    /// <summary>The chunk of a still WebP that holds the pixels.</summary>
    private static byte[] Still(WebpFrame frame)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(frame.Width, frame.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(frame.Colour);
        using var encoded = bitmap.PeekPixels()!.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50))!;
        var file = encoded.ToArray();
        return file[file.AsSpan().IndexOf("VP8L"u8)..];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        return [.. name, .. length, .. data, .. new byte[data.Length & 1]];
    }

    private static byte[] Triple(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
