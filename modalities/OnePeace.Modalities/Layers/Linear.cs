using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>An affine map, <c>[..., In] -> [..., Out]</c>.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>, IInitialised
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    public Linear(long inputs, long outputs, bool withBias = true) : base(nameof(Linear))
    {
        _weight = new Parameter(empty(outputs, inputs));
        _bias = withBias ? new Parameter(empty(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => nn.functional.linear(input, _weight, _bias);

    public void Initialise(Generator generator)
    {
        Initialisation.TruncatedNormal(_weight, generator);
        _bias?.zero_();
    }
}
