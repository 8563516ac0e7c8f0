using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>Layer normalisation over the last axis, eps 1e-5, with learned scale and shift.</summary>
public sealed class LayerNorm : nn.Module<Tensor, Tensor>, IInitialised
{
    /// <summary>Added to the variance.</summary>
    internal const double Epsilon = 1e-5;

    private readonly long[] _shape;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    public LayerNorm(long width) : base(nameof(LayerNorm))
    {
        _shape = [width];
        _weight = new Parameter(empty(width));
        _bias = new Parameter(empty(width));
        RegisterComponents();
    }

    /// <summary>What it computes in.</summary>
    public ScalarType Type => _weight.dtype;

    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _shape, _weight, _bias, Epsilon);

    internal NormValues Values()
    {
        using var scope = NewDisposeScope();
        return new(Floats(_weight), Floats(_bias));

        static float[] Floats(Tensor parameter) => [.. parameter.detach().to(ScalarType.Float32).data<float>()];
    }

    public void Initialise(Generator generator)
    {
        Initialisation.Fill(_weight, 1);
        _bias.zero_();
    }
}
