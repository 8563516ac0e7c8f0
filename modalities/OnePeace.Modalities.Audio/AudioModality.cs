namespace OnePeace.Modalities.Audio;

/// <summary>The audio modality.</summary>
public sealed class AudioModality : IModality
{
    public string Name => "audio";

    public IReadOnlyList<string> MediaTypes => ["audio/wav", "audio/flac", "audio/ogg", "audio/mpeg", "audio/mp4", "video/webm", "video/mp4"];

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new AudioPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => throw new NotSupportedException();
}
