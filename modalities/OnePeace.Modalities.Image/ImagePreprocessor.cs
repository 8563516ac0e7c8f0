namespace OnePeace.Modalities.Image;

/// <summary>Images to normalised pixels as the official pipeline makes them: RGB, bicubic to S x S, mean and deviation of CLIP.</summary>
/// <remarks>
/// Field <c>pixels</c>: float32 <c>[3, S, S]</c>. Options: <c>image_size</c> (else <c>task.patch_image_size</c>, else 256; a multiple of 16),
/// <c>decode</c> (<see cref="ImageOptions.DecodesScaled"/>) and those of <see cref="ImageLimits"/>.
/// </remarks>
public sealed class ImagePreprocessor : IPreprocessor
{
    /// <summary>A picture decoded at a smaller size is still so many times as large as what it is resized to.</summary>
    private const int ScaledSides = 2;

    private readonly IImageDecoder _decoder;
    private readonly ImageLimits _limits;
    private readonly int _side;

    /// <exception cref="InvalidDataException">An option is out of range.</exception>
    public ImagePreprocessor(ModalityOptions options)
        : this(options, new SkiaImageDecoder(ImageLimits.Of(options)) { LeastSide = ImageOptions.DecodesScaled(options) ? ScaledSides * ImageOptions.PixelSide(options) : null })
    {
    }

    /// <param name="options">As above.</param>
    /// <param name="decoder">Another imaging library; how it decodes is its own matter.</param>
    /// <exception cref="InvalidDataException">An option is out of range.</exception>
    public ImagePreprocessor(ModalityOptions options, IImageDecoder decoder)
    {
        _decoder = decoder;
        _limits = ImageLimits.Of(options);
        _side = ImageOptions.PixelSide(options);
    }

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        using var image = Open(input);
        return ValueTask.FromResult(Prepare(image, cancellation));
    }

    /// <summary>The image, ready to be decoded.</summary>
    /// <exception cref="InvalidInputException">It is empty, too large, or none.</exception>
    internal IImageRows Open(RawInput input)
    {
        if (input.Bytes.IsEmpty)
            throw new InvalidInputException(InputFault.Unusable, "The image is empty (0 bytes): send a JPEG, PNG, WebP, GIF or BMP file.");
        if (input.Bytes.Length > _limits.MaxBytes)
            throw new InvalidInputException(InputFault.TooLarge,
                $"The image file may have at most {_limits.MaxBytes:N0} bytes, but has {input.Bytes.Length:N0}: compress it or scale it down.");
        return _decoder.Open(input.Bytes);
    }

    /// <summary>Resized and normalised.</summary>
    internal PreparedInput Prepare(IImageRows image, CancellationToken cancellation)
    {
        var levels = BicubicResize.ToSquare(image, _side, cancellation);
        var pixels = HostTensor.Write(values => ClipPixels.Normalise(levels, values), 3, _side, _side);
        var patches = _side / ImageGrid.PatchSide;
        return new PreparedInput([new InputField("pixels", pixels)], patches * patches + 1);
    }
}
