namespace OnePeace.Modalities.Image;

/// <summary>The image modality.</summary>
public sealed class ImageModality : IModality
{
    public string Name => "image";

    public IReadOnlyList<string> MediaTypes => ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"];

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new ImagePreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => throw new NotSupportedException();
}
