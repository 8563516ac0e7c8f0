using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = OnePeace.Modalities.Layers.LayerNorm;

namespace OnePeace.Modalities;

/// <summary>What adaptors have in common: a CLS token in front, optional norm and type embedding, positions, relative biases, masked pretraining.</summary>
/// <remarks>
/// Options: <c>layernorm_embedding</c>, <c>add_type_embedding</c>, <c>shrink_alpha</c>, <c>dropout</c>, <c>use_attn_bias</c>.
/// Shapes: <c>B</c> batch, <c>L</c> tokens, <c>K</c> preserved tokens, <c>D</c> width.
/// </remarks>
public abstract class SequenceAdaptor : ModalityAdaptor, IInitialised
{
    private readonly double _dropout;
    private readonly Scalar? _shrink;
    private readonly Scalar? _rest;

    [ComponentName(Name = "cls_embedding")]
    private readonly Parameter _cls;

    [ComponentName(Name = "type_embedding")]
    private readonly Parameter? _type;

    [ComponentName(Name = "layernorm_embedding")]
    private readonly LayerNorm? _norm;

    [ComponentName(Name = "rel_pos_table_list")]
    private readonly RelativeTables? _tables;

    /// <param name="name">Of the module.</param>
    /// <param name="shape">The core's.</param>
    /// <param name="options">See the remarks.</param>
    /// <param name="relativeRows">Rows of a relative position table, used if the options ask for one.</param>
    protected SequenceAdaptor(string name, CoreShape shape, ModalityOptions options, long relativeRows) : base(name)
    {
        _dropout = options.Double("dropout", 0);
        if (options.Double("shrink_alpha", 1) is var alpha && alpha != 1) (_shrink, _rest) = (alpha.ToScalar(), (1 - alpha).ToScalar());
        _cls = new Parameter(empty(1, 1, shape.Width));
        _type = options.Boolean("add_type_embedding", false) ? new Parameter(empty(1, 1, shape.Width)) : null;
        _norm = options.Boolean("layernorm_embedding", false) ? new LayerNorm(shape.Width) : null;
        _tables = options.Boolean("use_attn_bias", false) ? new RelativeTables(relativeRows, shape) : null;
    }

    public virtual void Initialise(Generator generator)
    {
        Initialisation.TruncatedNormal(_cls, generator);
        _type?.zero_();
    }

    /// <summary>Features with CLS in front, <c>[B, L - 1, D] -> [B, L, D]</c>.</summary>
    protected Tensor WithCls(Tensor features)
    {
        using var scope = NewDisposeScope();
        return cat([_cls.expand(features.size(0), 1, -1), features], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>The whole sequence, or what of it is preserved, as the core takes it.</summary>
    /// <param name="batch">Says what is preserved.</param>
    /// <param name="embeddings"><c>[B, L, D]</c>.</param>
    /// <param name="positions"><c>[1 or B, L, D]</c>.</param>
    /// <param name="padding"><c>[B, L]</c>.</param>
    protected Tokens Encode(ModalityBatch batch, Tensor embeddings, Tensor positions, Tensor padding)
    {
        if (batch.Preserved is not null)
        {
            using var gathered = MaskedPositions.Gathered(batch.Preserved);                        // [B, K]
            using var keptEmbeddings = MaskedPositions.Gather(embeddings, gathered);               // [B, K, D]
            using var keptPositions = MaskedPositions.Gather(positions, gathered);                 // [B, K, D]
            return EncodePreserved(batch, keptEmbeddings, keptPositions, embeddings.size(1));
        }
        using var scope = NewDisposeScope();
        return Pack(Finish(embeddings, positions), padding.alias(), embeddings.size(1), null);
    }

    /// <summary>What is preserved of a sequence, as the core takes it.</summary>
    /// <param name="batch">Says what is preserved.</param>
    /// <param name="embeddings"><c>[B, K, D]</c>.</param>
    /// <param name="positions"><c>[B, K, D]</c>.</param>
    /// <param name="length">L.</param>
    protected Tokens EncodePreserved(ModalityBatch batch, Tensor embeddings, Tensor positions, long length)
    {
        using var scope = NewDisposeScope();
        var preserved = MaskedPositions.Require(batch);
        return Pack(Finish(embeddings, positions), MaskedPositions.Padding(preserved), length, preserved);
    }

    /// <summary>A decoder's input: preserved features in their places, the mask token elsewhere.</summary>
    /// <param name="batch">With <see cref="ModalityBatch.Preserved"/>.</param>
    /// <param name="features"><c>[B, K, D]</c>.</param>
    /// <param name="maskToken"><c>[1, D]</c>.</param>
    /// <param name="positions"><c>[1 or B, L, D]</c>.</param>
    /// <param name="padding"><c>[B, L]</c>.</param>
    protected Tokens Decode(ModalityBatch batch, Tensor features, Tensor maskToken, Tensor positions, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var length = positions.size(1);
        var restored = MaskedPositions.Scatter(features, MaskedPositions.Require(batch), maskToken, length);
        return Pack(Place(restored, positions), padding.alias(), length, null);
    }

    /// <summary>Which row of a relative position table every pair of tokens shares, int64 <c>[L, L]</c>.</summary>
    protected abstract Tensor RelativeIndex(long length, Device device);

    /// <summary>Embeddings as the core takes them, normed, with positions and type.</summary>
    /// <param name="embeddings"><c>[B, L, D]</c>.</param>
    /// <param name="positions">Broadcastable to the same.</param>
    private Tensor Finish(Tensor embeddings, Tensor positions)
    {
        using var scope = NewDisposeScope();
        if (_norm is not null) embeddings = _norm.call(embeddings);
        if (_shrink is not null) embeddings = embeddings.mul(_shrink).Plus(embeddings.detach().mul(_rest!));
        return Place(embeddings, positions).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens with their biases, moved to the outer dispose scope.</summary>
    /// <param name="embeddings"><c>[B, L or K, D]</c>.</param>
    /// <param name="padding"><c>[B, L or K]</c>.</param>
    /// <param name="length">L.</param>
    /// <param name="preserved">Positions <c>[B, K]</c>, or null for all.</param>
    private Tokens Pack(Tensor embeddings, Tensor padding, long length, Tensor? preserved)
    {
        var device = embeddings.device;
        var biases = _tables?.Biases(() => RelativeIndex(length, device), length, preserved) ?? [];
        return new Tokens(embeddings.MoveToOuterDisposeScope(), padding.MoveToOuterDisposeScope(), biases);
    }

    /// <summary>Adds what says where each token stands and of what type it is.</summary>
    private Tensor Place(Tensor embeddings, Tensor positions)
    {
        var placed = embeddings.Plus(positions);                                                    // [B, L, D]
        if (_type is not null) placed = placed.Plus(_type);
        return nn.functional.dropout(placed, _dropout, training);
    }
}
