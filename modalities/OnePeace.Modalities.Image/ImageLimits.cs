namespace OnePeace.Modalities.Image;

/// <summary>How large an image may be. With the defaults decoding one takes about 200 MiB at most.</summary>
public sealed record ImageLimits
{
    /// <summary>Encoded size.</summary>
    public int MaxBytes { get; init; } = 32 << 20;

    /// <summary>Width and height in pixels.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Width times height, 4 bytes each where a format decodes only as a whole; half as many where its decoder holds the image twice.</summary>
    public int MaxPixels { get; init; } = 48 << 20;

    /// <summary>Scans of one JPEG: each costs a pass over the whole image and only a few bytes in the file.</summary>
    public int MaxScans { get; init; } = 64;

    /// <summary>Options <c>max_bytes</c>, <c>max_side</c> and <c>max_pixels</c>.</summary>
    public static ImageLimits Of(ModalityOptions options)
    {
        var defaults = new ImageLimits();
        return new ImageLimits
        {
            MaxBytes = options.Int32("max_bytes", defaults.MaxBytes),
            MaxSide = options.Int32("max_side", defaults.MaxSide),
            MaxPixels = options.Int32("max_pixels", defaults.MaxPixels),
        };
    }

    /// <param name="width">As the header has it.</param>
    /// <param name="height">As the header has it.</param>
    /// <param name="heldTwice">Progressive JPEG, interlaced PNG and WebP: the decoder keeps an image of its own beside the pixels.</param>
    /// <exception cref="InvalidInputException">The header announces more than is allowed.</exception>
    internal void Check(long width, long height, bool heldTwice = false)
    {
        var maxPixels = heldTwice ? MaxPixels / 2 : MaxPixels;
        if (width < 1 || height < 1)
            throw new InvalidInputException(InputFault.Unusable, $"The image must have pixels, but its header says {width:N0} x {height:N0}.");
        if (width > MaxSide || height > MaxSide || width * height > maxPixels)
        {
            throw new InvalidInputException(InputFault.TooLarge,
                $"The image may have at most {MaxSide:N0} pixels a side and {maxPixels:N0} in all for its format, but has {width:N0} x {height:N0}: scale it down.");
        }
    }
}
