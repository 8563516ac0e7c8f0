using OnePeace.Modalities.Image;

namespace OnePeace.Modalities.Video;

/// <summary>Video options that need interpreting.</summary>
internal static class VideoOptions
{
    public const int MostFrames = 64;

    private const int DefaultFrames = 8;
    private const int MostPixels = 1 << 24;

    /// <summary>How many frames of a clip the model sees at most (<c>frames</c>).</summary>
    /// <exception cref="InvalidDataException">Out of range, or too many for so large frames.</exception>
    public static int Frames(ModalityOptions options)
    {
        var frames = options.Int32("frames", DefaultFrames);
        if (frames is < 1 or > MostFrames)
            throw new InvalidDataException($"Video option 'frames' must be from 1 to {MostFrames}, but is {frames}.");
        var side = ImageOptions.PixelSide(options);
        return (long)frames * side * side <= MostPixels
            ? frames
            : throw new InvalidDataException($"Video options 'frames' and 'image_size' may make {MostPixels:N0} pixels together, but {frames} frames of {side} x {side} are more: lower one of them.");
    }
}
