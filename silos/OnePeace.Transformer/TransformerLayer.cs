using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>Shared self-attention, then one feed-forward expert per modality (ONE-PEACE, section 2.1). Experts come with the segments.</summary>
public sealed class TransformerLayer : nn.Module<Tensor, Tensor?, IReadOnlyList<Segment>, Tensor>, IInitialised, IPackable
{
    private static readonly Scalar One = 1f.ToScalar();

    private readonly int _index;
    private readonly double _dropout;
    private readonly double _layerScaleInit;
    private readonly DropPath _dropPath;
    private bool _isPacked;

    [ComponentName(Name = "self_attn")]
    private readonly SelfAttention _attention;

    [ComponentName(Name = "self_attn_layer_norm")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "attn_ln")]
    private readonly LayerNorm? _mixedNorm;

    [ComponentName(Name = "final_layer_norm")]
    private readonly LayerNorm _expertNorm;

    [ComponentName(Name = "gamma_1")]
    private readonly Parameter? _attentionScale;

    [ComponentName(Name = "gamma_2")]
    private readonly Parameter? _expertScale;

    /// <param name="shape">The core's shape.</param>
    /// <param name="index">Which layer this is, from 0.</param>
    /// <param name="generator">Where stochastic depth draws from; not owned.</param>
    public TransformerLayer(CoreShape shape, int index, Generator generator) : base(nameof(TransformerLayer))
    {
        _index = index;
        _dropout = shape.Dropout;
        _layerScaleInit = shape.LayerScaleInit;
        _dropPath = new DropPath(shape.Layers == 1 ? 0 : shape.DropPath * index / (shape.Layers - 1), generator);
        _attention = new SelfAttention(shape);
        _attentionNorm = new LayerNorm(shape.Width);
        _mixedNorm = shape.ScaleAttention ? new LayerNorm(shape.Width) : null;
        _expertNorm = new LayerNorm(shape.Width);
        _attentionScale = shape.LayerScale ? new Parameter(empty(shape.Width)) : null;
        _expertScale = shape.LayerScale ? new Parameter(empty(shape.Width)) : null;
        RegisterComponents();
    }

    /// <summary>For watching what attention makes.</summary>
    public SelfAttention Attention => _attention;

    /// <param name="tokens"><c>[B, L, D]</c>, the segments one after the other.</param>
    /// <param name="bias">See <see cref="SelfAttention.forward"/>.</param>
    /// <param name="segments">Their lengths add up to L.</param>
    public override Tensor forward(Tensor tokens, Tensor? bias, IReadOnlyList<Segment> segments)
    {
        using var scope = NewDisposeScope();
        if (_isPacked && tokens.dtype != ScalarType.Float64) tokens = tokens.to(ScalarType.Float32);
        var mixed = _attention.call(_attentionNorm.call(AsWeights(tokens)), bias);                   // [B, L, D]
        if (_mixedNorm is not null) mixed = _mixedNorm.call(mixed);
        var attended = Add(tokens, mixed, _attentionScale);                                          // [B, L, D]
        var normed = _expertNorm.call(AsWeights(attended));                                          // [B, L, D]
        return Add(attended, ApplyExperts(normed, segments), _expertScale, inPlace: true).MoveToOuterDisposeScope();
    }

    public void Initialise(Generator generator)
    {
        foreach (var scale in new[] { _attentionScale, _expertScale }.OfType<Parameter>()) Initialisation.Fill(scale, _layerScaleInit);
    }

    /// <summary>Scaling and adding a branch become one operation, and what branches are added to is float32, so that a vector of bfloat16 depends half as much on its batch.</summary>
    public void Pack(bool keepsWeights) => _isPacked = true;

    private Tensor AsWeights(Tensor tokens) => _isPacked ? tokens.to(_attentionNorm.Type) : tokens;

    private Tensor ApplyExperts(Tensor tokens, IReadOnlyList<Segment> segments) =>
        segments.MapSlices(tokens, (segment, slice) => segment.Modality.Expert(_index).call(slice)).Join();

    private Tensor Add(Tensor residual, Tensor branch, Parameter? scale, bool inPlace = false)
    {
        if (training && _dropout > 0) branch = nn.functional.dropout(branch, _dropout, training: true);
        if (_isPacked && scale is not null) return inPlace ? residual.addcmul_(branch, scale, One) : residual.addcmul(branch, scale, One);
        if (scale is not null) branch = branch.mul(scale);
        return _dropPath.call(branch).Plus(residual);
    }
}
