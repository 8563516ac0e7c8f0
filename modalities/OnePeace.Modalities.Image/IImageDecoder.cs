namespace OnePeace.Modalities.Image;

/// <summary>Turns encoded images into pixels: the place to plug another imaging library in. Thread-safe.</summary>
public interface IImageDecoder
{
    /// <summary>Reads the header, checks it against the limits and gets ready to decode.</summary>
    /// <exception cref="InvalidInputException">Not a format it reads, damaged, or beyond the limits.</exception>
    IImageRows Open(ReadOnlyMemory<byte> encoded);
}

/// <summary>One image as rows from top to bottom, so that a large one never has to lie in memory whole.</summary>
/// <remarks>Colours are as PIL's <c>convert("RGB")</c> gives them: alpha is dropped, orientation and colour profiles are ignored.</remarks>
public interface IImageRows : IDisposable
{
    int Width { get; }

    int Height { get; }

    /// <summary>The next row: red, green, blue and one byte without meaning for each pixel. Valid until the next call.</summary>
    /// <exception cref="InvalidInputException">The image ends early or is damaged.</exception>
    ReadOnlySpan<byte> Next();
}
