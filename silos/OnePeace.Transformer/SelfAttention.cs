using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>Multi-head self-attention over all modalities at once; keys have no bias.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens of the joint sequence, <c>D</c> width, <c>H</c> heads, <c>d</c> = D / H.</remarks>
public sealed class SelfAttention : nn.Module<Tensor, Tensor?, Tensor>, IInitialised, IPackable
{
    private readonly int _heads;
    private readonly double _dropout;

    [ComponentName(Name = "q_proj")]
    private readonly Linear _query;

    [ComponentName(Name = "k_proj")]
    private readonly Linear _key;

    [ComponentName(Name = "v_proj")]
    private readonly Linear _value;

    [ComponentName(Name = "out_proj")]
    private readonly Linear _output;

    [ComponentName(Name = "ln")]
    private readonly LayerNorm? _norm;

    [ComponentName(Name = "c_attn")]
    private readonly Parameter? _headScale;

    private OnFirstUse<PackedWeight>? _packed;

    public SelfAttention(CoreShape shape) : base(nameof(SelfAttention))
    {
        if (shape.Width % shape.Heads != 0)
            throw new ArgumentException($"The width must be a multiple of the number of heads, but {shape.Width} is none of {shape.Heads}.", nameof(shape));
        _heads = shape.Heads;
        _dropout = shape.AttentionDropout;
        _query = new Linear(shape.Width, shape.Width);
        _key = new Linear(shape.Width, shape.Width, withBias: false);
        _value = new Linear(shape.Width, shape.Width);
        _output = new Linear(shape.Width, shape.Width);
        _norm = shape.MagnetoScaleAttention ? new LayerNorm(shape.Width) : null;
        _headScale = shape.ScaleHeads ? new Parameter(empty(shape.Heads)) : null;
        RegisterComponents();
    }

    /// <param name="tokens"><c>[B, L, D]</c>.</param>
    /// <param name="bias">Added to the scores, broadcastable to <c>[B, H, L, L]</c>; -inf hides a key. Null for none.</param>
    public override Tensor forward(Tensor tokens, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (batch, length) = (tokens.size(0), tokens.size(1));
        var (query, key, value) = Project(tokens, batch, length);
        var mixed = nn.functional.scaled_dot_product_attention(query, key, value, bias, training ? _dropout : 0);   // [B, H, L, d]
        if (_headScale is not null) mixed = mixed.mul(_headScale.view(1, _heads, 1, 1));
        mixed = mixed.transpose(1, 2).reshape(batch, length, -1);                        // [B, L, D]
        if (_norm is not null) mixed = _norm.call(mixed);
        return _output.call(mixed).MoveToOuterDisposeScope();
    }

    public void Initialise(Generator generator)
    {
        if (_headScale is not null) Initialisation.Fill(_headScale, 1);
    }

    /// <summary>The three projections become one.</summary>
    public void Pack(bool keepsWeights) => _packed ??= Linear.PackTogether([_query, _key, _value], keepsWeights);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _packed?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary><c>[B, H, L, d]</c> each.</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor tokens, long batch, long length)
    {
        if (_packed is null) return (Split(_query.call(tokens)), Split(_key.call(tokens)), Split(_value.call(tokens)));
        var joined = _packed.Value.Apply(tokens).view(batch, length, 3, _heads, -1);           // [B, L, 3, H, d]
        return (Part(0), Part(1), Part(2));

        Tensor Part(int part) => joined.select(2, part).transpose(1, 2);

        Tensor Split(Tensor projected) => projected.view(batch, length, _heads, -1).transpose(1, 2);
    }
}
