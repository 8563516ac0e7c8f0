namespace OnePeace.Modalities.Image;

/// <summary>How large an image may be. With the defaults no decoder needs more than 200 MiB.</summary>
public sealed record ImageLimits
{
    /// <summary>Encoded size.</summary>
    public int MaxBytes { get; init; } = 32 << 20;

    /// <summary>Width and height in pixels.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>Width times height; formats that decode only as a whole take 4 bytes for each.</summary>
    public int MaxPixels { get; init; } = 48 << 20;

    /// <summary>Scans of one JPEG: each costs a pass over the whole image and only a few bytes in the file.</summary>
    public int MaxScans { get; init; } = 100;

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

    /// <exception cref="InvalidInputException">The header announces more than is allowed.</exception>
    internal void Check(long width, long height)
    {
        if (width < 1 || height < 1)
            throw new InvalidInputException(InputFault.Unusable, $"The image must have pixels, but its header says {width:N0} x {height:N0}.");
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new InvalidInputException(InputFault.TooLarge,
                $"The image may have at most {MaxSide:N0} pixels a side and {MaxPixels:N0} in all, but has {width:N0} x {height:N0}: scale it down.");
        }
    }
}
