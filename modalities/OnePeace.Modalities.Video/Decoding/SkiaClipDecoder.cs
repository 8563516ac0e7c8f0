using OnePeace.Modalities.Image;
using SkiaSharp;

namespace OnePeace.Modalities.Video.Decoding;

/// <summary>Animated GIF and WebP frame by frame with Skia; a still image of any format of the image modality, by its decoder, is a clip of one frame.</summary>
/// <remarks>What an animation leaves transparent is black. A frame that is to be shown for 10 ms or less counts 100 ms, as browsers show it.</remarks>
public sealed class SkiaClipDecoder(ClipLimits limits, ImageLimits stillLimits) : IClipDecoder
{
    private readonly SkiaImageDecoder _stills = new(stillLimits);

    public bool Reads(ReadOnlySpan<byte> bytes) => ImageSignature.Find(bytes) is not null;

    public Task DecodeAsync(ReadOnlyMemory<byte> bytes, int count, Action<IImageRows> take, CancellationToken cancellation)
    {
        if (!DecodeAnimation(bytes.Span, count, take, cancellation)) DecodeStill(bytes, take);
        return Task.CompletedTask;
    }

    private void DecodeStill(ReadOnlyMemory<byte> bytes, Action<IImageRows> take)
    {
        if (bytes.Length > stillLimits.MaxBytes)
            throw ClipLimits.TooLarge($"A still image may have at most {stillLimits.MaxBytes:N0} bytes, but has {bytes.Length:N0}: compress it or scale it down.");
        using var still = _stills.Open(bytes);
        take(still);
    }

    /// <summary>False where the file is no animation.</summary>
    private bool DecodeAnimation(ReadOnlySpan<byte> bytes, int count, Action<IImageRows> take, CancellationToken cancellation)
    {
        if (ImageSignature.Find(bytes) is not (ImageFormat.Gif or ImageFormat.WebP)) return false;
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.FrameCount <= 1) return false;
        limits.CheckFrame(codec.Info.Width, codec.Info.Height);
        limits.CheckFrames(codec.FrameCount);
        var frames = codec.FrameInfo;
        var (starts, end) = Times(frames);
        limits.CheckLength(end);
        var picks = FrameSampling.Pick(starts, end, count);
        using var canvas = new AnimationCanvas(codec, frames);
        var needed = canvas.Needed(picks);
        limits.CheckDrawn((long)needed.Count * codec.Info.Width * codec.Info.Height);
        foreach (var frame in needed)
        {
            cancellation.ThrowIfCancellationRequested();
            var shown = canvas.Draw(frame);
            if (picks.Contains(frame)) take(new BitmapRows(shown));
        }
        return true;
    }

    /// <summary>When each frame begins to show, and when the last one ceases to, in microseconds.</summary>
    private static (long[] Starts, long End) Times(SKCodecFrameInfo[] frames)
    {
        var (starts, end) = (new long[frames.Length], 0L);
        for (var frame = 0; frame < frames.Length; frame++)
        {
            starts[frame] = end;
            end += 1_000L * (frames[frame].Duration <= 10 ? 100 : frames[frame].Duration);
        }
        return (starts, end);
    }
}
