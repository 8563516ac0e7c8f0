using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>A convolution over non-overlapping squares, <c>[B, In, S, S] -> [B, Out, S / side, S / side]</c>.</summary>
public sealed class Convolution2d : nn.Module<Tensor, Tensor>, IInitialised
{
    private readonly long _side;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="side">Of the kernel, and its step.</param>
    /// <param name="withBias">Whether there is a bias.</param>
    public Convolution2d(long inputs, long outputs, long side, bool withBias = true) : base(nameof(Convolution2d))
    {
        _side = side;
        _weight = new Parameter(empty(outputs, inputs, side, side));
        _bias = withBias ? new Parameter(empty(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => nn.functional.conv2d(input, _weight, _bias, strides: [_side, _side]);

    public void Initialise(Generator generator)
    {
        Initialisation.Uniform(_weight, generator, 1 / Math.Sqrt(_weight.size(1) * _side * _side));
        _bias?.zero_();
    }
}
