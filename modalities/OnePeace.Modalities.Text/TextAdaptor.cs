using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Text;

/// <summary>Text: one learned embedding a token, learned positions, log-spaced relative biases (one_peace/models/adapter/text.py).</summary>
/// <remarks>
/// Options beyond <see cref="SequenceAdaptor"/>'s: <c>vocabulary</c> (0: a decoder's adaptor), <c>bucket_size</c>.
/// Shapes: <c>B</c> batch, <c>L</c> tokens with CLS, <c>D</c> width.
/// </remarks>
public sealed class TextAdaptor : SequenceAdaptor
{
    /// <summary>The field of a batch: token ids, int64 <c>[B, L - 1]</c>.</summary>
    public const string TokensField = "tokens";

    /// <summary>The id of padding.</summary>
    public const long PaddingId = 1;

    /// <summary>The longest sequence, CLS included.</summary>
    public const int MostTokens = 514;

    private const int DefaultBucketSize = 256;

    private static readonly Scalar Padding = PaddingId.ToScalar();

    private readonly TokenBuckets _buckets;

    [ComponentName(Name = "embed_tokens")]
    private readonly Layers.Embedding? _tokens;

    [ComponentName(Name = "embed_positions")]
    private readonly Layers.Embedding _positions;

    public TextAdaptor(CoreShape shape, ModalityOptions options)
        : this(shape, options, new TokenBuckets(options.Int32("bucket_size", DefaultBucketSize)))
    {
    }

    private TextAdaptor(CoreShape shape, ModalityOptions options, TokenBuckets buckets)
        : base(nameof(TextAdaptor), shape, options, buckets.Rows)
    {
        _buckets = buckets;
        var vocabulary = options.Int32("vocabulary", 0);
        _tokens = vocabulary > 0 ? new Layers.Embedding(vocabulary, shape.Width, PaddingId) : null;
        _positions = new Layers.Embedding(MostTokens, shape.Width);
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        if (_tokens is null) throw new InvalidOperationException("This text adaptor has no vocabulary, so it can only decode: set the option 'vocabulary'.");
        using var padding = PaddingMask(batch[TokensField]);                // [B, L]
        using var positions = Positions(padding.size(1));                  // [1, L, D]
        using var embedded = _tokens.call(batch[TokensField]);              // [B, L - 1, D]
        using var embeddings = WithCls(embedded);                           // [B, L, D]
        return Encode(batch, embeddings, positions, padding);
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var padding = PaddingMask(batch[TokensField]);                // [B, L]
        using var positions = Positions(padding.size(1));                  // [1, L, D]
        return Decode(batch, preserved, maskToken, positions, padding);
    }

    protected override Tensor RelativeIndex(long length, Device device) => _buckets.Index(length, device);

    /// <summary>CLS is never padding.</summary>
    private static Tensor PaddingMask(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var cls = zeros(ids.size(0), 1, ScalarType.Bool, ids.device);
        return cat([cls, ids.eq(Padding)], dim: 1).MoveToOuterDisposeScope();
    }

    private Tensor Positions(long length)
    {
        if (length > MostTokens) throw new ArgumentException($"A text has at most {MostTokens - 1} tokens, but {length - 1} came: cut it off.");
        using var scope = NewDisposeScope();
        return _positions.Weight.narrow(0, 0, length).unsqueeze(0).MoveToOuterDisposeScope();
    }
}
