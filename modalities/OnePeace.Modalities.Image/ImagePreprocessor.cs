namespace OnePeace.Modalities.Image;

/// <summary>Prepares image inputs.</summary>
public sealed class ImagePreprocessor(ModalityOptions options) : IPreprocessor
{
    public ModalityOptions Options { get; } = options;

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) => throw new NotSupportedException();
}
