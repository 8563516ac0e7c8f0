using OnePeace.Modalities.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Imu;

/// <summary>Motion: one token for every 16 samples. Patches do not overlap, so no token sees another's samples or a neighbour's padding.</summary>
/// <remarks>Field: <c>samples</c> <c>[B, T, 6]</c>, whole patches, 0 where there is nothing. Shapes: <c>T</c> = 16 (L - 1) samples, <c>L</c> tokens with CLS.</remarks>
public sealed class ImuAdaptor : LineAdaptor
{
    public const int MostTokens = 257;
    public const int SamplesPerToken = Step * Step;
    private const int Step = 4;

    [ComponentName(Name = "embed_steps")] private readonly Convolution1d _steps;
    [ComponentName(Name = "embed_patches")] private readonly Convolution1d _patches;

    public ImuAdaptor(CoreShape shape, ModalityOptions options) : base(nameof(ImuAdaptor), shape, options, MostTokens)
    {
        _steps = new Convolution1d(6, shape.Width, kernel: Step, stride: Step);
        _patches = new Convolution1d(shape.Width, shape.Width, kernel: Step, stride: Step);
        RegisterComponents();
    }

    protected override Tensor Features(ModalityBatch batch)
    {
        using var scope = NewDisposeScope();
        var steps = nn.functional.gelu(_steps.call(batch["samples"].transpose(1, 2)));       // [B, D, 4 (L - 1)]
        return _patches.call(steps).transpose(1, 2).MoveToOuterDisposeScope();               // [B, L - 1, D]
    }
}
