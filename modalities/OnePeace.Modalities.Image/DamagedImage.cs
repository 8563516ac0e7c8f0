namespace OnePeace.Modalities.Image;

/// <summary>What a sender is told about an image that starts well and does not end well.</summary>
internal static class DamagedImage
{
    public static InvalidInputException Error(ImageFormat format) => new(InputFault.Unusable,
        $"The image starts like a {format.ToString().ToUpperInvariant()} file, but is cut short or damaged: send the whole file.");
}
