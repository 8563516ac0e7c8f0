namespace OnePeace.Modalities.Video.Decoding;

/// <summary>How large a clip may be. Every limit holds before the memory or time is spent.</summary>
public sealed record ClipLimits
{
    /// <summary>Encoded size.</summary>
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>Width times height of one frame: 4096 x 2304.</summary>
    public int MaxFramePixels { get; init; } = 9_437_184;

    /// <summary>Frames of the whole clip: ten minutes of 60 a second.</summary>
    public int MaxFrames { get; init; } = 36_000;

    /// <summary>Length of the clip.</summary>
    public int MaxSeconds { get; init; } = 600;

    /// <summary>Pixels over all frames that an animated GIF or WebP makes its decoder draw, 4 bytes each.</summary>
    public int MaxDrawnPixels { get; init; } = 1_000_000_000;

    /// <summary>Time that an external decoder may take.</summary>
    public int MaxDecodeSeconds { get; init; } = 25;

    /// <summary>Options <c>max_clip_bytes</c>, <c>max_frame_pixels</c>, <c>max_clip_frames</c>, <c>max_clip_seconds</c>, <c>max_drawn_pixels</c> and <c>max_decode_seconds</c>.</summary>
    public static ClipLimits Of(ModalityOptions options)
    {
        var defaults = new ClipLimits();
        return new ClipLimits
        {
            MaxBytes = options.Int32("max_clip_bytes", defaults.MaxBytes),
            MaxFramePixels = options.Int32("max_frame_pixels", defaults.MaxFramePixels),
            MaxFrames = options.Int32("max_clip_frames", defaults.MaxFrames),
            MaxSeconds = options.Int32("max_clip_seconds", defaults.MaxSeconds),
            MaxDrawnPixels = options.Int32("max_drawn_pixels", defaults.MaxDrawnPixels),
            MaxDecodeSeconds = options.Int32("max_decode_seconds", defaults.MaxDecodeSeconds),
        };
    }

    /// <exception cref="InvalidInputException">A frame is larger than is allowed.</exception>
    internal void CheckFrame(long width, long height)
    {
        if (width * height > MaxFramePixels)
            throw TooLarge($"The video's frames may have at most {MaxFramePixels:N0} pixels, but have {width:N0} x {height:N0}: scale it down.");
    }

    /// <exception cref="InvalidInputException">There are more frames than are allowed.</exception>
    internal void CheckFrames(long frames)
    {
        if (frames > MaxFrames) throw TooLarge($"The video may have at most {MaxFrames:N0} frames, but has more: send a shorter clip.");
    }

    /// <exception cref="InvalidInputException">The clip is longer than is allowed.</exception>
    internal void CheckLength(long microseconds)
    {
        if (microseconds > 1_000_000L * MaxSeconds) throw TooLarge($"The video may last at most {MaxSeconds:N0} s, but lasts longer: send a shorter clip.");
    }

    /// <exception cref="InvalidInputException">More would have to be drawn than is allowed.</exception>
    internal void CheckDrawn(long pixels)
    {
        if (pixels > MaxDrawnPixels)
            throw TooLarge($"The animation's frames may have at most {MaxDrawnPixels:N0} pixels together, but have {pixels:N0}: scale it down or shorten it.");
    }

    internal static InvalidInputException TooLarge(string message) => new(InputFault.TooLarge, message);
}
