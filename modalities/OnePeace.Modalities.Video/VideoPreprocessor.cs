using OnePeace.Modalities.Image;
using OnePeace.Modalities.Video.Decoding;

namespace OnePeace.Modalities.Video;

/// <summary>Clips to the frames that stand for them (<see cref="FrameSampling"/>), each as the image modality prepares it.</summary>
/// <remarks>
/// Fields: <c>frames</c> float32 <c>[F, 3, S, S]</c>; <c>padding_mask</c> bool <c>[F]</c>, false (in a batch, true where there is no frame). Options:
/// <c>frames</c> (8, at most 64), <c>image_size</c> (256), those of <see cref="ClipLimits"/>, and for stills those of <see cref="ImageLimits"/>.
/// </remarks>
public sealed class VideoPreprocessor : IPreprocessor
{
    private readonly IReadOnlyList<IClipDecoder> _decoders;
    private readonly ClipLimits _limits;
    private readonly int _frames;
    private readonly int _side;

    /// <exception cref="InvalidDataException">An option is out of range.</exception>
    public VideoPreprocessor(ModalityOptions options)
        : this(options, [new SkiaClipDecoder(ClipLimits.Of(options), ImageLimits.Of(options)), new FfmpegClipDecoder(ClipLimits.Of(options))])
    {
    }

    /// <param name="options">As above.</param>
    /// <param name="decoders">Asked in order; the first that reads the format decodes.</param>
    /// <exception cref="InvalidDataException">An option is out of range.</exception>
    public VideoPreprocessor(ModalityOptions options, IReadOnlyList<IClipDecoder> decoders)
    {
        _decoders = decoders;
        _limits = ClipLimits.Of(options);
        _frames = VideoOptions.Frames(options);
        _side = ImageOptions.PixelSide(options);
    }

    public async ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        if (input.Bytes.IsEmpty)
            throw new InvalidInputException(InputFault.Unusable, "The video is empty (0 bytes): send an MP4, MOV, WebM, GIF or WebP file, or a still image.");
        if (input.Bytes.Length > _limits.MaxBytes)
            throw new InvalidInputException(InputFault.TooLarge, $"The video file may have at most {_limits.MaxBytes:N0} bytes, but has {input.Bytes.Length:N0}: shorten or compress it.");
        var decoder = _decoders.FirstOrDefault(d => d.Reads(input.Bytes.Span)) ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "The video must be MP4, MOV, WebM, Matroska, GIF or WebP, or a still image, but its first bytes are none of these: convert it.");
        var frames = new List<float[]>(_frames);   // [3, S, S] each
        await decoder.DecodeAsync(input.Bytes, _frames, rows => frames.Add(Prepare(rows, cancellation)), cancellation).ConfigureAwait(false);
        return Pack(frames);
    }

    private float[] Prepare(IImageRows rows, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ClipPixels.Normalise(BicubicResize.ToSquare(rows, _side, cancellation));
    }

    private PreparedInput Pack(List<float[]> frames)
    {
        var (count, patches) = (frames.Count, _side / ImageGrid.PatchSide);
        var pixels = new float[count * 3 * _side * _side];   // [F, 3, S, S]
        for (var frame = 0; frame < count; frame++)
            frames[frame].CopyTo(pixels, frame * frames[frame].Length);
        return new PreparedInput(
            [
                new InputField(VideoAdaptor.FramesField, HostTensor.Create(pixels, count, 3, _side, _side)),
                new InputField(VideoAdaptor.PaddingField, HostTensor.Create(new bool[count], count), Padding: 1),
            ],
            (count * patches * patches) + 1);
    }
}
