using OnePeace.Modalities.Layers;

namespace OnePeace.Modalities.Text;

/// <summary>The text modality.</summary>
public sealed class TextModality : IModality
{
    public string Name => "text";

    public IReadOnlyList<string> MediaTypes => ["text/plain"];

    public Masking Masking => new(0.15, 0.4, WholeUnits: true);

    public ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes)
    {
        options = options.CompleteSequence(shapes);
        if (shapes.GetValueOrDefault("adapter.embed_tokens.weight") is [var vocabulary, ..]) options = options.Complete("vocabulary", vocabulary);
        return AdaptorOptions.RelativeRows(shapes) is { } rows ? options.Complete("bucket_size", TokenBuckets.BucketSize(rows)) : options;
    }

    public ModalityOptions DecoderOptions(ModalityOptions options) => options.With("use_attn_bias", false).With("vocabulary", 0);

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new TextPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new TextAdaptor(shape, options);
}
