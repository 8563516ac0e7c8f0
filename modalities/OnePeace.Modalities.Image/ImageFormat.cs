namespace OnePeace.Modalities.Image;

/// <summary>The formats that are read.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
}

/// <summary>Tells formats apart by their first bytes; what the sender calls them does not matter.</summary>
public static class ImageSignature
{
    /// <exception cref="InvalidInputException">None of the formats.</exception>
    public static ImageFormat Recognise(ReadOnlySpan<byte> bytes) => Find(bytes) ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
        "The image must be JPEG, PNG, WebP, GIF or BMP, but its first bytes are none of these: convert it to one of them.");

    /// <summary>Null for every other format.</summary>
    public static ImageFormat? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
            return ImageFormat.Png;
        if (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        return bytes.StartsWith("BM"u8) ? ImageFormat.Bmp : null;
    }
}
