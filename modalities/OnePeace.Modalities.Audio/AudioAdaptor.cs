using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Audio;

/// <summary>Audio: convolutional features of the waveform, convolutional positions, log-spaced relative biases (one_peace/models/adapter/audio.py).</summary>
/// <remarks>
/// Options beyond <see cref="SequenceAdaptor"/>'s: <c>feature_encoder_spec</c> (null: a decoder's adaptor), <c>conv_bias</c>,
/// <c>abs_pos_type</c> (<c>conv</c>, or <c>fixed</c> for a decoder), <c>conv_pos_depth</c>, <c>conv_pos_width</c>, <c>conv_pos_groups</c>,
/// <c>conv_pos_pre_ln</c>, <c>bucket_size</c>. Shapes: <c>B</c> batch, <c>T</c> frames, <c>L</c> = T + 1 tokens, <c>K</c> preserved tokens, <c>D</c> width.
/// </remarks>
public sealed class AudioAdaptor : SequenceAdaptor
{
    /// <summary>The field of a batch: 16 kHz samples, <c>[B, S]</c>.</summary>
    public const string WaveformField = "waveform";

    /// <summary>The field of a batch: true where there is no frame, bool <c>[B, L]</c>; CLS first.</summary>
    public const string PaddingField = "padding_mask";

    private const int FixedPositions = 1026;
    private const int DefaultBucketSize = 256;

    private static readonly Scalar One = 1L.ToScalar();

    private readonly TokenBuckets _buckets;

    [ComponentName(Name = "embed_audios")]
    private readonly FeatureExtractor? _extractor;

    [ComponentName(Name = "embed_positions")]
    private readonly nn.Module _positions;

    [ComponentName(Name = "cls_pos_embed")]
    private readonly Parameter? _clsPosition;

    [ComponentName(Name = "mask_embedding")]
    private readonly Parameter _maskEmbedding;   // in every official checkpoint, and read by nothing

    public AudioAdaptor(CoreShape shape, ModalityOptions options)
        : this(shape, options, new TokenBuckets(options.Int32("bucket_size", DefaultBucketSize)))
    {
    }

    private AudioAdaptor(CoreShape shape, ModalityOptions options, TokenBuckets buckets)
        : base(nameof(AudioAdaptor), shape, options, buckets.Rows)
    {
        _buckets = buckets;
        if (AudioOptions.Convolutions(options) is { } convolutions)
            _extractor = new FeatureExtractor(convolutions, options.Boolean("conv_bias", false), shape.Width);
        _positions = AudioOptions.PositionType(options) switch
        {
            "conv" => CreateConvolutional(shape.Width, options),
            _ => new Layers.Embedding(FixedPositions, shape.Width),
        };
        _clsPosition = _positions is Layers.Embedding ? null : new Parameter(empty(1, 1, shape.Width));
        _maskEmbedding = new Parameter(empty(1, shape.Width));
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        if (_extractor is null || _positions is not nn.Module<Tensor, Tensor?, Tensor> convolutional)
            throw new InvalidOperationException("This audio adaptor has no extractor or fixed positions, so it can only decode: set 'feature_encoder_spec' and 'abs_pos_type'.");
        using var waveform = batch[WaveformField].to(_maskEmbedding.dtype);                         // [B, S]
        using var frames = _extractor.call(waveform);                                               // [B, T, D]
        var padding = batch[PaddingField];                                                          // [B, L]
        if (padding.size(1) != frames.size(1) + 1)
            throw new ArgumentException($"The audio padding mask must be one longer than the {frames.size(1)} frames of the waveform, but is {padding.size(1)} long.");
        if (batch.Preserved is null)
        {
            using var positions = Positions(frames, padding, batch.Padding, convolutional);         // [B, L, D]
            using var embeddings = WithCls(frames);                                                 // [B, L, D]
            return Encode(batch, embeddings, positions, padding);
        }
        using var kept = Keep(frames, batch.Preserved);                                             // [B, K - 1, D]
        using var keptPadding = MaskedPositions.Padding(batch.Preserved);                           // [B, K]
        using var keptPositions = Positions(kept, keptPadding, batch.Padding, convolutional);       // [B, K, D]
        using var keptEmbeddings = WithCls(kept);                                                   // [B, K, D]
        return EncodePreserved(batch, keptEmbeddings, keptPositions, padding.size(1));
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        if (_positions is not Layers.Embedding positions)
            throw new InvalidOperationException("An audio adaptor with convolutional positions cannot decode: set 'abs_pos_type' to 'fixed'.");
        var padding = batch[PaddingField];                                                          // [B, L]
        if (padding.size(1) > FixedPositions) throw new ArgumentException($"A decoder takes at most {FixedPositions} audio tokens, but {padding.size(1)} came.");
        using var all = positions.Weight.narrow(0, 0, padding.size(1));
        using var placed = all.unsqueeze(0);                                                        // [1, L, D]
        return Decode(batch, preserved, maskToken, placed, padding);
    }

    public override void Initialise(Generator generator)
    {
        base.Initialise(generator);
        if (_clsPosition is not null) Initialisation.TruncatedNormal(_clsPosition, generator);
        Initialisation.TruncatedNormal(_maskEmbedding, generator);
    }

    protected override Tensor RelativeIndex(long length, Device device) => _buckets.Index(length, device);

    private static nn.Module CreateConvolutional(long width, ModalityOptions options)
    {
        var depth = options.Int32("conv_pos_depth", 5);
        var kernel = Math.Max(3, options.Int32("conv_pos_width", 95) / depth);
        var positions = new ConvolutionalPositions(width, depth, kernel, options.Int32("conv_pos_groups", 16));
        return options.Boolean("conv_pos_pre_ln", false) ? new NormedConvolutionalPositions(width, positions) : positions;
    }

    /// <summary>The preserved frames without CLS, moved together: positions are read off what is left.</summary>
    private static Tensor Keep(Tensor frames, Tensor preserved)
    {
        using var scope = NewDisposeScope();
        var positions = MaskedPositions.Gathered(preserved).narrow(1, 1, preserved.size(1) - 1).sub(One);   // CLS is no frame
        return MaskedPositions.Gather(frames, positions).MoveToOuterDisposeScope();
    }

    private Tensor Positions(Tensor frames, Tensor padding, PaddingMode mode, nn.Module<Tensor, Tensor?, Tensor> convolutional)
    {
        using var scope = NewDisposeScope();
        var hidden = mode == PaddingMode.Independent ? padding.narrow(1, 1, frames.size(1)) : null;       // [B, T]
        return cat([_clsPosition!.expand(frames.size(0), 1, -1), convolutional.call(frames, hidden)], dim: 1).MoveToOuterDisposeScope();
    }
}
