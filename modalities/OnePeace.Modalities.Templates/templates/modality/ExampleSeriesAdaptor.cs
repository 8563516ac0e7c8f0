using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace ExampleSeriesPlugin;

/// <summary>Patches to tokens: one token for every 16 numbers, in a row behind a CLS token.</summary>
/// <remarks>
/// Fields: what the preprocessor made, stacked: <c>patches</c> <c>[B, L - 1, 32]</c>, <c>padding_mask</c> <c>[B, L]</c>, true where there is no token.
/// Options: <see cref="SequenceAdaptor"/>'s. Shapes: <c>B</c> batch, <c>L</c> tokens with CLS, <c>D</c> width of the core.
/// </remarks>
public sealed class ExampleSeriesAdaptor : SequenceAdaptor
{
    public const int MostTokens = 257;
    public const int NumbersPerToken = 16;

    private static readonly TokenBuckets Buckets = new(64);

    // A field's name here is its name among the weights: adapter.embed_patches.weight
    [ComponentName(Name = "embed_patches")] private readonly Linear _patches;
    [ComponentName(Name = "embed_features")] private readonly Linear _features;
    [ComponentName(Name = "embed_positions")] private readonly OnePeace.Modalities.Layers.Embedding _positions;

    public ExampleSeriesAdaptor(CoreShape shape, ModalityOptions options) : base(nameof(ExampleSeriesAdaptor), shape, options, Buckets.Rows)
    {
        _patches = new Linear(2 * NumbersPerToken, shape.Width);
        _features = new Linear(shape.Width, shape.Width);
        _positions = new OnePeace.Modalities.Layers.Embedding(MostTokens, shape.Width);
        RegisterComponents();
    }

    public override Tokens forward(ModalityBatch batch)
    {
        using var features = Features(batch["patches"]);                      // [B, L - 1, D]
        using var embeddings = WithCls(features);                             // [B, L, D]
        using var positions = Positions(embeddings.shape[1]);                 // [1, L, D]
        return Encode(batch, embeddings, positions, batch["padding_mask"]);
    }

    /// <summary>For masked pretraining: what was preserved goes back to its places, the mask token everywhere else.</summary>
    public override Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken)
    {
        using var positions = Positions(batch["padding_mask"].shape[1]);      // [1, L, D]
        return Decode(batch, preserved, maskToken, positions, batch["padding_mask"]);
    }

    protected override Tensor RelativeIndex(long length, Device device) => Buckets.Index(length, device);

    private Tensor Positions(long length) => _positions.Weight[TensorIndex.Null, TensorIndex.Slice(0, length)];

    private Tensor Features(Tensor patches)
    {
        using var scope = NewDisposeScope();   // frees what is not moved out of it
        return _features.call(nn.functional.gelu(_patches.call(patches))).MoveToOuterDisposeScope();
    }
}
