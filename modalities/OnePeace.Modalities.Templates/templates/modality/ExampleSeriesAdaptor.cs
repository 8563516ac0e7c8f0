using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace ExampleSeriesPlugin;

/// <summary>Patches to tokens: one token for every 16 numbers. CLS, positions, padding and masked pretraining are the base class's.</summary>
/// <remarks>
/// Field: what the preprocessor made, stacked: <c>patches</c> <c>[B, L - 1, 32]</c>.
/// Options: <see cref="SequenceAdaptor"/>'s. Shapes: <c>B</c> batch, <c>L</c> tokens with CLS, <c>D</c> width of the core.
/// </remarks>
public sealed class ExampleSeriesAdaptor : LineAdaptor
{
    public const int MostTokens = 257;
    public const int NumbersPerToken = 16;

    // A field's name here is its name among the weights: adapter.embed_patches.weight
    [ComponentName(Name = "embed_patches")] private readonly Linear _patches;
    [ComponentName(Name = "embed_features")] private readonly Linear _features;

    public ExampleSeriesAdaptor(CoreShape shape, ModalityOptions options) : base(nameof(ExampleSeriesAdaptor), shape, options, MostTokens)
    {
        _patches = new Linear(2 * NumbersPerToken, shape.Width);
        _features = new Linear(shape.Width, shape.Width);
        RegisterComponents();
    }

    /// <summary>One vector a token. No token may see another's padding: patches do not overlap.</summary>
    protected override Tensor Features(ModalityBatch batch)
    {
        using var scope = NewDisposeScope();                                            // frees what is not moved out of it
        var patches = nn.functional.gelu(_patches.call(batch["patches"]));              // [B, L - 1, D]
        return _features.call(patches).MoveToOuterDisposeScope();                       // [B, L - 1, D]
    }
}
