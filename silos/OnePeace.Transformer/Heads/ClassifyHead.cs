using OnePeace.Modalities.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Heads;

/// <summary>What a classifier is made of.</summary>
/// <param name="Width">D, of the core.</param>
/// <param name="Heads">Of attention pooling.</param>
/// <param name="Classes">How many scores come out.</param>
public sealed record ClassifyHeadShape(int Width, int Heads, int Classes)
{
    /// <summary>Pools all tokens but CLS by attention rather than taking CLS (<c>attn_pooling</c>).</summary>
    public bool AttentionPooling { get; init; }

    /// <summary>A linear with tanh before the classifier (<c>use_pooler</c>).</summary>
    public bool Pooler { get; init; }

    /// <summary>Dropout around the pooler. Training only.</summary>
    public double PoolerDropout { get; init; }

    /// <summary>The classifier's inner width over D (<c>head_scale_ratio</c>).</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Classifies the pair of two sequences' features (<c>use_two_images</c>).</summary>
    public bool TwoInputs { get; init; }
}

/// <summary>Scores classes from one modality's features.</summary>
public sealed class ClassifyHead : nn.Module<Tensor, Tensor?, Tensor, Tensor>
{
    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "attn_pooling_func")]
    private readonly MultiheadAttentionPooling? _pooling;

    [ComponentName(Name = "pooler")]
    private readonly TanhPooler? _pooler;

    [ComponentName(Name = "classifier")]
    private readonly Classifier _classifier;

    public ClassifyHead(ClassifyHeadShape shape) : base(nameof(ClassifyHead))
    {
        _norm = new LayerNorm(shape.Width);
        _pooling = shape.AttentionPooling ? new MultiheadAttentionPooling(shape.Width, shape.Heads) : null;
        _pooler = shape.Pooler ? new TanhPooler(shape.Width, shape.PoolerDropout) : null;
        _classifier = new Classifier(shape.TwoInputs ? 2 * shape.Width : shape.Width, (int)(shape.Width * shape.Ratio), shape.Classes);
        RegisterComponents();
    }

    /// <param name="features"><c>[B, L, D]</c>.</param>
    /// <param name="second">Of the second input, <c>[B, L, D]</c>, or null.</param>
    /// <param name="padding"><c>[B, L]</c> bool, of the first input and used for both.</param>
    /// <returns><c>[B, Classes]</c>.</returns>
    public override Tensor forward(Tensor features, Tensor? second, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var pooled = Pool(features, padding);                                                        // [B, D]
        if (second is not null) pooled = cat([pooled, Pool(second, padding)], dim: 1);               // [B, 2 D]
        return _classifier.call(pooled).MoveToOuterDisposeScope();
    }

    private Tensor Pool(Tensor features, Tensor padding)
    {
        var others = features.size(1) - 1;
        var pooled = _pooling is null
            ? features.select(1, 0)
            : _norm.call(_pooling.call(features.narrow(1, 1, others), padding.narrow(1, 1, others)));
        return _pooler is null ? pooled : _pooler.call(pooled);
    }

    private sealed class TanhPooler : nn.Module<Tensor, Tensor>
    {
        private readonly double _dropout;

        [ComponentName(Name = "1")]
        private readonly Linear _linear;

        public TanhPooler(long width, double dropout) : base(nameof(TanhPooler))
        {
            _dropout = dropout;
            _linear = new Linear(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var hidden = _linear.call(nn.functional.dropout(input, _dropout, training)).tanh();
            return nn.functional.dropout(hidden, _dropout, training).MoveToOuterDisposeScope();
        }
    }

    private sealed class Classifier : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")]
        private readonly Linear _inner;

        [ComponentName(Name = "1")]
        private readonly LayerNorm _norm;

        [ComponentName(Name = "3")]
        private readonly Linear _output;

        public Classifier(long width, long inner, long classes) : base(nameof(Classifier))
        {
            _inner = new Linear(width, inner);
            _norm = new LayerNorm(inner);
            _output = new Linear(inner, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _output.call(nn.functional.gelu(_norm.call(_inner.call(input)))).MoveToOuterDisposeScope();
        }
    }
}
