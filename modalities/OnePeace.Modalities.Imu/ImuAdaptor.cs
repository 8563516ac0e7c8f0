using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Imu;

/// <summary>Motion: one token for every 16 samples. Patches do not overlap, so no token sees another's samples or a neighbour's padding.</summary>
/// <remarks>
/// Fields: <c>samples</c> <c>[B, T, 6]</c>, whole patches, 0 where there is nothing; <c>padding_mask</c> <c>[B, L]</c>, true where there is no token.
/// Options: <see cref="SequenceAdaptor"/>'s. Shapes: <c>B</c> batch, <c>T</c> = 16 (L - 1) samples, <c>L</c> tokens with CLS, <c>D</c> width.
/// </remarks>
public sealed class ImuAdaptor : SequenceAdaptor
{
    public const int MostTokens = 257;
    public const int SamplesPerToken = Step * Step;
    private const int Step = 4;

    private static readonly TokenBuckets Buckets = new(64);

    [ComponentName(Name = "embed_steps")] private readonly Convolution1d _steps;
    [ComponentName(Name = "embed_patches")] private readonly Convolution1d _patches;
    [ComponentName(Name = "embed_positions")] private readonly Layers.Embedding _positions;

    public ImuAdaptor(CoreShape shape, ModalityOptions options) : base(nameof(ImuAdaptor), shape, options, Buckets.Rows)
    {
        _steps = new Convolution1d(6, shape.Width, kernel: Step, stride: Step);
        _patches = new Convolution1d(shape.Width, shape.Width, kernel: Step, stride: Step);
        _positions = new Layers.Embedding(MostTokens, shape.Width);
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        using var patches = Patches(batch["samples"]);                                       // [B, L - 1, D]
        using var embeddings = WithCls(patches);                                             // [B, L, D]
        using var positions = Positions(embeddings.shape[1]);                                // [1, L, D]
        return Encode(batch, embeddings, positions, batch["padding_mask"]);
    }

    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var positions = Positions(batch["padding_mask"].shape[1]);                     // [1, L, D]
        return Decode(batch, preserved, maskToken, positions, batch["padding_mask"]);
    }

    protected override Tensor RelativeIndex(long length, Device device) => Buckets.Index(length, device);

    private Tensor Positions(long length) => _positions.Weight[TensorIndex.Null, TensorIndex.Slice(0, length)];

    private Tensor Patches(Tensor samples)
    {
        using var scope = NewDisposeScope();
        var steps = nn.functional.gelu(_steps.call(samples.transpose(1, 2)));                // [B, D, 4 (L - 1)]
        return _patches.call(steps).transpose(1, 2).MoveToOuterDisposeScope();               // [B, L - 1, D]
    }
}
