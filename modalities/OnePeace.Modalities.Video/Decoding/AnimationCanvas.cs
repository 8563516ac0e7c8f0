using SkiaSharp;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>Draws an animation's frames one after another, each on what those before it left.</summary>
/// <remarks>Skia would draw what a frame needs by itself, but recursively and anew for each: the cost of many frames would grow with their square.</remarks>
internal sealed class AnimationCanvas : IDisposable
{
    private const int Nothing = -1;

    private readonly SKCodec _codec;
    private readonly SKCodecFrameInfo[] _frames;
    private readonly SKBitmap _kept;        // what the next frame is drawn on
    private SKBitmap? _passing;             // a frame after which the canvas is restored to what it was before
    private int _latest = Nothing;          // the frame in _kept

    /// <param name="codec">Stays the caller's.</param>
    /// <param name="frames">Its frames.</param>
    public AnimationCanvas(SKCodec codec, SKCodecFrameInfo[] frames)
    {
        _codec = codec;
        _frames = frames;
        _kept = NewBitmap();
    }

    /// <summary>The frames that have to be drawn for some to be seen, ascending.</summary>
    public IReadOnlyList<int> Needed(IEnumerable<int> picks)
    {
        var needed = new SortedSet<int>();
        foreach (var pick in picks)
        {
            for (var frame = pick; frame > Nothing && needed.Add(frame);) frame = _frames[frame].RequiredFrame;
        }
        return [.. needed];
    }

    /// <summary>Draws a frame; those that it needs, and none after it, have been drawn before. Valid until the next call.</summary>
    /// <exception cref="InvalidInputException">The frame is cut short or damaged.</exception>
    public SKBitmap Draw(int frame)
    {
        var passes = _frames[frame].DisposalMethod == SKCodecAnimationDisposalMethod.RestorePrevious;
        var target = passes ? _passing ??= NewBitmap() : _kept;
        var prior = _frames[frame].RequiredFrame == Nothing ? Nothing : _latest;
        if (prior == Nothing)
            target.Erase(SKColors.Transparent);
        else if (passes)
            _kept.GetPixelSpan().CopyTo(target.GetPixelSpan());
        if (_codec.GetPixels(target.Info, target.GetPixels(), target.RowBytes, new SKCodecOptions(frame, prior)) != SKCodecResult.Success)
            throw new InvalidInputException(InputFault.Unusable, $"The animation is cut short or damaged in its frame {frame + 1:N0}: send the whole file.");
        if (!passes) _latest = frame;
        return target;
    }

    public void Dispose()
    {
        _kept.Dispose();
        _passing?.Dispose();
    }

    /// <summary>Premultiplied: the colours are then those over black.</summary>
    private SKBitmap NewBitmap() => new(new SKImageInfo(_codec.Info.Width, _codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
}
