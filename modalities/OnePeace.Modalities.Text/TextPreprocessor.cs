namespace OnePeace.Modalities.Text;

/// <summary>Prepares text inputs.</summary>
public sealed class TextPreprocessor(ModalityOptions options) : IPreprocessor
{
    public ModalityOptions Options { get; } = options;

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) => throw new NotSupportedException();
}
