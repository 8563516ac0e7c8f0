using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>The default expert: <c>GELU(x W0) * (x W1)</c> -> dropout -> LayerNorm -> linear (ONE-PEACE, section 2.1).</summary>
/// <remarks>In int8 where that is asked for (<see cref="Quantisation"/>).</remarks>
public sealed class GeGluExpert : nn.Module<Tensor, Tensor>, IPackable, IQuantisable
{
    private readonly double _dropout;
    private bool _quantises, _isPacked;
    private QuantisedGeGlu? _quantised;

    [ComponentName(Name = "0")]
    private readonly GeGlu _gate;

    [ComponentName(Name = "2")]
    private readonly LayerNorm? _norm;

    [ComponentName(Name = "3")]
    private readonly Linear _output;

    public GeGluExpert(CoreShape shape) : base(nameof(GeGluExpert))
    {
        _dropout = shape.ActivationDropout;
        _gate = new GeGlu(shape.Width, shape.ExpertWidth);
        _norm = shape.ScaleExpert ? new LayerNorm(shape.ExpertWidth) : null;
        _output = new Linear(shape.ExpertWidth, shape.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        if (_quantised is not null) return _quantised.Map(tokens);
        using var scope = NewDisposeScope();
        var inner = nn.functional.dropout(_gate.call(tokens), _dropout, training);   // [..., F]
        if (_norm is not null) inner = _norm.call(inner);
        return _output.call(inner).MoveToOuterDisposeScope();                        // [..., D]
    }

    public void Pack(bool keepsWeights)
    {
        _isPacked = true;
        if (_quantises) _quantised ??= new QuantisedGeGlu(_gate.Maps, _norm, _output, keepsWeights);
    }

    void IQuantisable.Quantise()
    {
        if (_isPacked) throw new InvalidOperationException("Expected an expert that is not packed yet, since its weights may be gone: quantise it before it is packed.");
        _quantises = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _quantised?.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A gated linear unit with the exact GELU, <c>[..., D] -> [..., F]</c>.</summary>
public sealed class GeGlu : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "wi_0")]
    private readonly Linear _gate;

    [ComponentName(Name = "wi_1")]
    private readonly Linear _value;

    public GeGlu(long width, long inner) : base(nameof(GeGlu))
    {
        _gate = new Linear(width, inner, withBias: false);
        _value = new Linear(width, inner, withBias: false);
        RegisterComponents();
    }

    internal IReadOnlyList<Linear> Maps => [_gate, _value];

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return _value.Times(tokens, _gate.Gelu(tokens)).MoveToOuterDisposeScope();
    }
}
