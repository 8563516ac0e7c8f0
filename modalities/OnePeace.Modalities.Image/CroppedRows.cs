namespace OnePeace.Modalities.Image;

/// <summary>A part of an image, as rows. Does not own the image.</summary>
internal sealed class CroppedRows : IImageRows
{
    private readonly IImageRows _image;
    private readonly Crop _crop;

    /// <param name="image">At its first row.</param>
    /// <param name="crop">Inside it.</param>
    /// <exception cref="InvalidInputException">The image ends early or is damaged.</exception>
    public CroppedRows(IImageRows image, Crop crop)
    {
        (_image, _crop) = (image, crop);
        Skip(crop.Top);
    }

    public int Width => _crop.Width;

    public int Height => _crop.Height;

    public ReadOnlySpan<byte> Next() => _image.Next().Slice(4 * _crop.Left, 4 * _crop.Width);

    /// <summary>Reads what lies below, so that a picture is damaged whichever part of it is drawn.</summary>
    public void Finish() => Skip(_image.Height - _crop.Top - _crop.Height);

    public void Dispose() { }

    private void Skip(int rows)
    {
        for (var row = 0; row < rows; row++) _image.Next();
    }
}
