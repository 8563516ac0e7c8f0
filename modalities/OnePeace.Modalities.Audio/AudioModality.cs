using OnePeace.Modalities.Layers;

namespace OnePeace.Modalities.Audio;

/// <summary>The audio modality.</summary>
public sealed class AudioModality : IModality
{
    public string Name => "audio";

    public IReadOnlyList<string> MediaTypes => ["audio/wav", "audio/flac", "audio/ogg", "audio/mpeg", "audio/mp4", "video/webm", "video/mp4"];

    public Masking Masking => new(0.55, 0.45, BlockLength: 5, BlockAdjust: 0.1);

    public ModalityOptions CompleteOptions(ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes)
    {
        options = options.CompleteSequence(shapes);
        return AdaptorOptions.RelativeRows(shapes) is { } rows ? options.Complete("bucket_size", TokenBuckets.BucketSize(rows)) : options;
    }

    public ModalityOptions DecoderOptions(ModalityOptions options) =>
        options.With("use_attn_bias", false).With("feature_encoder_spec", null).With("abs_pos_type", "fixed");

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => new AudioPreprocessor(options);

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => new AudioAdaptor(shape, options);
}
