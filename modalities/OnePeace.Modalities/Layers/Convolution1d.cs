using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>A convolution over time, <c>[B, In, T] -> [B, Out, T']</c>.</summary>
public sealed class Convolution1d : nn.Module<Tensor, Tensor>, IInitialised, IPackable
{
    private readonly long _stride;
    private readonly long _padding;
    private readonly long _groups;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private OnFirstUse<PackedConvolution>? _packed;

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

    /// <summary>Whether frames can be mapped where they lie, one after the other (<see cref="MapFrames"/>).</summary>
    public bool MapsFrames => _packed is not null;

    public override Tensor forward(Tensor input) =>
        nn.functional.conv1d(input, _weight, _bias, stride: _stride, padding: _padding, groups: _groups);

    /// <summary>The same over one signal whose frames lie one after the other, <c>[T, In] -> [T', Out]</c>; packed only.</summary>
    /// <exception cref="InvalidOperationException">It is not packed.</exception>
    public Tensor MapFrames(Tensor frames) => _packed?.Value.Map(frames) ?? throw new InvalidOperationException("Only a packed convolution without padding or groups maps frames.");

    public void Pack(bool keepsWeights)
    {
        if (_groups == 1 && _padding == 0 && _weight.device_type == DeviceType.CPU) _packed ??= new(() => new PackedConvolution(_weight, _bias, _stride));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _packed?.Dispose();
        base.Dispose(disposing);
    }

    public void Initialise(Generator generator)
    {
        // Keeps the variance of a signal through GELU-like activations (He et al., 2015).
        Initialisation.Normal(_weight, generator, Math.Sqrt(2.0 / (_weight.size(1) * _weight.size(2))));
        _bias?.zero_();
    }
}
