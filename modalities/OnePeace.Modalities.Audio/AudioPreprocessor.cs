namespace OnePeace.Modalities.Audio;

/// <summary>Prepares audio inputs.</summary>
public sealed class AudioPreprocessor(ModalityOptions options) : IPreprocessor
{
    public ModalityOptions Options { get; } = options;

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) => throw new NotSupportedException();
}
