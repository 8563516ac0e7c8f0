using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>A convolution over time, <c>[B, In, T] -> [B, Out, T']</c>.</summary>
public sealed class Convolution1d : nn.Module<Tensor, Tensor>, IInitialised
{
    private readonly long _stride;
    private readonly long _padding;
    private readonly long _groups;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    /// <param name="inputs">Input channels; a multiple of <paramref name="groups"/>.</param>
    /// <param name="outputs">Output channels; a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernel">Width of the kernel.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Zeros at either end.</param>
    /// <param name="groups">Channels of different groups do not mix.</param>
    /// <param name="withBias">Whether there is a bias.</param>
    public Convolution1d(long inputs, long outputs, long kernel, long stride = 1, long padding = 0, long groups = 1, bool withBias = true)
        : base(nameof(Convolution1d))
    {
        if (inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"The number of groups must divide {inputs} inputs and {outputs} outputs, but is {groups}.", nameof(groups));
        (_stride, _padding, _groups) = (stride, padding, groups);
        _weight = new Parameter(empty(outputs, inputs / groups, kernel));
        _bias = withBias ? new Parameter(empty(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.conv1d(input, _weight, _bias, stride: _stride, padding: _padding, groups: _groups);

    public void Initialise(Generator generator)
    {
        // Keeps the variance of a signal through GELU-like activations (He et al., 2015).
        Initialisation.Normal(_weight, generator, Math.Sqrt(2.0 / (_weight.size(1) * _weight.size(2))));
        _bias?.zero_();
    }
}
