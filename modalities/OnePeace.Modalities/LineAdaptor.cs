using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>Tokens in a line, such as samples in time: an author gives features, and has CLS, learned positions, biases by distance and masked pretraining.</summary>
/// <remarks>
/// Field: <see cref="PaddingMask"/>'s, beside the author's own. Options: <see cref="SequenceAdaptor"/>'s. An author's constructor ends with <c>RegisterComponents()</c>.
/// Shapes: <c>B</c> batch, <c>L</c> tokens with CLS, <c>D</c> width.
/// </remarks>
public abstract class LineAdaptor : SequenceAdaptor
{
    private const string PaddingField = "padding_mask";

    private static readonly TokenBuckets Buckets = new(64);

    [ComponentName(Name = "embed_positions")]
    private readonly Embedding _positions;

    /// <param name="name">Of the module.</param>
    /// <param name="shape">The core's.</param>
    /// <param name="options">See the remarks.</param>
    /// <param name="mostTokens">The longest sequence, CLS included; at most <see cref="TokenBuckets.MostTokens"/>.</param>
    protected LineAdaptor(string name, CoreShape shape, ModalityOptions options, int mostTokens) : base(name, shape, options, Buckets.Rows) =>
        _positions = new Embedding(mostTokens, shape.Width);

    /// <summary>What a preprocessor adds to its fields: <c>padding_mask</c> bool <c>[L]</c>, false; in a batch <c>[B, L]</c>, true where there is no token.</summary>
    /// <param name="tokens">L.</param>
    public static InputField PaddingMask(int tokens) => new(PaddingField, HostTensor.Create(new bool[tokens], tokens), Padding: 1);

    public override Tokens forward(ModalityBatch batch)
    {
        using var features = Features(batch);                            // [B, L - 1, D]
        using var embeddings = WithCls(features);                        // [B, L, D]
        using var positions = Positions(batch);                          // [1, L, D]
        return Encode(batch, embeddings, positions, batch[PaddingField]);
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var positions = Positions(batch);                          // [1, L, D]
        return Decode(batch, preserved, maskToken, positions, batch[PaddingField]);
    }

    /// <summary>One vector for every token but CLS, <c>[B, L - 1, D]</c>; none may depend on padding. Owned by the caller's dispose scope.</summary>
    protected abstract Tensor Features(ModalityBatch batch);

    protected override Tensor RelativeIndex(long length, Device device) => Buckets.Index(length, device);

    private Tensor Positions(ModalityBatch batch)
    {
        var (length, most) = (batch[PaddingField].size(1), _positions.Weight.size(0));
        return length <= most
            ? _positions.Weight[TensorIndex.Null, TensorIndex.Slice(0, length)]
            : throw new ArgumentException($"A sequence has at most {most} tokens here, but {length} came: cut inputs in the preprocessor.", nameof(batch));
    }
}
