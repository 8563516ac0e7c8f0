namespace OnePeace.Modalities.Text;

/// <summary>The text modality.</summary>
public sealed class TextModality : IModality
{
    public string Name => "text";

    public IReadOnlyList<string> MediaTypes => ["text/plain"];

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new TextPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => throw new NotSupportedException();
}
