using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>The shared Transformer. It holds no expert and knows no modality: segments bring theirs.</summary>
/// <remarks>Shapes: <c>B</c> batch, <c>L</c> tokens of the joint sequence, <c>l</c> of one segment, <c>D</c> width, <c>H</c> heads.</remarks>
public sealed class TransformerCore : nn.Module<IReadOnlyList<Segment>, PaddingMode, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "layers")]
    private readonly ModuleList<TransformerLayer> _layers;

    private readonly RecomputationFailure _failure = new();

    private bool _recomputes;

    /// <param name="shape">The architecture.</param>
    /// <param name="seed">Of stochastic depth.</param>
    public TransformerCore(CoreShape shape, long seed = 0) : base(nameof(TransformerCore))
    {
        Shape = shape;
        DropPathGenerator = new Generator((ulong)seed);
        _layers = new([.. Enumerable.Range(0, shape.Layers).Select(index => new TransformerLayer(shape, index, DropPathGenerator))]);
        RegisterComponents();
        TensorCensus.Built(this);
    }

    public CoreShape Shape { get; }

    /// <summary>One layer, for watching it.</summary>
    public TransformerLayer Layer(int index) => _layers[index];

    /// <summary>Where stochastic depth draws from; its state belongs into a training checkpoint.</summary>
    public Generator DropPathGenerator { get; }

    /// <summary>Whether training keeps only the inputs of layers and computes each layer once more on the way back: less memory, a third more work.</summary>
    /// <exception cref="InvalidOperationException">The core has dropout, whose masks cannot be drawn again.</exception>
    public bool RecomputesLayers
    {
        get => _recomputes;
        set
        {
            if (value && (Shape.Dropout > 0 || Shape.AttentionDropout > 0 || Shape.ActivationDropout > 0))
                throw new InvalidOperationException("Layers with dropout cannot be computed once more: its masks come from a generator that nobody can set back. Set all dropouts to 0; stochastic depth may stay.");
            _recomputes = value;
        }
    }

    /// <summary>Throws what went wrong when layers were computed once more, so that gradients are not complete. After every backward pass.</summary>
    public void CheckRecomputation() => _failure.Throw();

    /// <summary>Every segment's features after its own norm, <c>[B, l, D]</c> each, in the order of the segments.</summary>
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Segment> segments, PaddingMode padding) => Encode(segments, padding, null);

    /// <inheritdoc cref="forward"/>
    /// <param name="segments">At least one, all of one batch size.</param>
    /// <param name="padding">How padding is treated.</param>
    /// <param name="observer">Sees every layer's output.</param>
    public IReadOnlyList<Tensor> Encode(IReadOnlyList<Segment> segments, PaddingMode padding, LayerObserver? observer)
    {
        Check(segments);
        CheckRecomputation();
        using var scope = NewDisposeScope();
        var tokens = cat([.. segments.Select(s => s.Tokens.Embeddings)], dim: 1);                 // [B, L, D]
        var biasCount = JointSequence.BiasCount(segments, padding);
        var mask = cat([.. segments.Select(s => s.Tokens.PaddingMask)], dim: 1);                  // [B, L]
        Tensor? hidden = null;
        if (mask.any().item<bool>())
        {
            tokens = JointSequence.Blank(tokens, mask);
            // Officially padding is hidden inside the biases, so that without any it is attended to.
            if (padding == PaddingMode.Independent || biasCount > 0) hidden = JointSequence.HidePadding(mask, tokens.dtype);   // [B, 1, 1, L]
        }
        var type = tokens.dtype;
        tokens = RunLayers(tokens, segments, biasCount, hidden, observer).to(type);               // packed layers add in float32
        return [.. segments.MapSlices(tokens, (segment, slice) => segment.Modality.Normalise(slice)).Select(f => f.MoveToOuterDisposeScope())];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) DropPathGenerator.Dispose();
        base.Dispose(disposing);
    }

    private Tensor RunLayers(Tensor tokens, IReadOnlyList<Segment> segments, int biasCount, Tensor? hidden, LayerObserver? observer)
    {
        var shared = biasCount <= 1 ? Bias(segments, 0, biasCount, hidden) : null;
        for (var i = 0; i < _layers.Count; i++)
        {
            using var scope = NewDisposeScope();
            var output = RunLayer(_layers[i], tokens, biasCount <= 1 ? shared : Bias(segments, i, biasCount, hidden), segments);   // [B, L, D]
            observer?.Invoke(i, output);
            output.MoveToOuterDisposeScope();
            tokens.Dispose();
            tokens = output;
        }
        return tokens;
    }

    private Tensor RunLayer(TransformerLayer layer, Tensor tokens, Tensor? bias, IReadOnlyList<Segment> segments) =>
        _recomputes && training && is_grad_enabled() && (tokens.requires_grad || bias is { requires_grad: true })
            ? RecomputedLayer.Run(new LayerRun(layer, segments, DropPathGenerator, _failure), tokens, bias)
            : layer.call(tokens, bias, segments);

    /// <summary>What one layer adds to its scores, broadcastable to <c>[B, H, L, L]</c>, or null.</summary>
    private Tensor? Bias(IReadOnlyList<Segment> segments, int index, int biasCount, Tensor? hidden)
    {
        if (biasCount == 0) return hidden;
        using var scope = NewDisposeScope();
        var bias = JointSequence.JoinBiases(segments, index, Shape.Heads, segments[0].Tokens.Embeddings.dtype);
        return (hidden is null ? bias : bias.Plus(hidden)).MoveToOuterDisposeScope();
    }

    private void Check(IReadOnlyList<Segment> segments)
    {
        if (segments.Count == 0) throw new ArgumentException("A sequence needs at least one segment.", nameof(segments));
        foreach (var (modality, tokens) in segments)
        {
            var batch = segments[0].Tokens.Embeddings.size(0);
            if (tokens.Embeddings.Sizes() is not [var b, var l, var d] || b != batch || d != Shape.Width || !tokens.PaddingMask.Sizes().SequenceEqual([b, l]))
                throw new ArgumentException(
                    $"The segment of '{modality.Name}' must be [{batch}, L, {Shape.Width}] with a padding mask [{batch}, L], "
                    + $"but is [{string.Join(", ", tokens.Embeddings.Sizes())}] with [{string.Join(", ", tokens.PaddingMask.Sizes())}].", nameof(segments));
        }
    }
}
