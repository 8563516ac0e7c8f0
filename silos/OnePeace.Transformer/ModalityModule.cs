using System.Collections.Immutable;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Layers.Packing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>Everything one modality brings to a core: adaptor, one expert a layer, final norm and, for embeddings, a projection.</summary>
public sealed class ModalityModule : nn.Module
{
    [ComponentName(Name = "adapter")]
    private readonly ModalityAdaptor _adaptor;

    [ComponentName(Name = "experts")]
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _experts;

    [ComponentName(Name = "norm")]
    private readonly nn.Module<Tensor, Tensor> _norm;

    [ComponentName(Name = "projection")]
    private readonly nn.Module<Tensor, Tensor>? _projection;

    /// <param name="modality">The plugin.</param>
    /// <param name="shape">The core it will be attached to.</param>
    /// <param name="options">Completed options (<see cref="IModality.CompleteOptions"/>).</param>
    /// <param name="projects">Whether there is a projection: embedding models have one; classifiers and decoders have none.</param>
    public ModalityModule(IModality modality, CoreShape shape, ModalityOptions options, bool projects = true) : base(nameof(ModalityModule))
    {
        Modality = modality;
        Shape = shape;
        Options = options;
        _adaptor = modality.CreateAdaptor(shape, options);
        _experts = new([.. Enumerable.Range(0, shape.Layers).Select(layer => modality.CreateExpert(shape, layer))]);
        _norm = modality.CreateNorm(shape);
        _projection = projects ? modality.CreateProjection(shape) : null;
        RegisterComponents();
        TensorCensus.Built(this);
    }

    public IModality Modality { get; }

    public string Name => Modality.Name;

    public CoreShape Shape { get; }

    public ModalityOptions Options { get; }

    public ModalityAdaptor Adaptor => _adaptor;

    /// <summary>The feed-forward network of one layer, <c>[B, L, D] -> [B, L, D]</c>.</summary>
    public nn.Module<Tensor, Tensor> Expert(int layer) => _experts[layer];

    /// <summary>Experts multiply in int8 from when the module is packed; those that a plugin wrote itself stay as they are.</summary>
    /// <inheritdoc cref="Quantisation.Quantise" path="/exception"/>
    public void QuantiseExperts()
    {
        foreach (var expert in _experts) expert.Quantise();
    }

    /// <summary>The final norm, <c>[B, L, D] -> [B, L, D]</c>.</summary>
    public Tensor Normalise(Tensor features) => _norm.call(features);

    /// <summary>The embedding of normed features: CLS, projected to unit length, <c>[B, L, D] -> [B, D]</c>.</summary>
    /// <exception cref="InvalidOperationException">This modality was built without a projection.</exception>
    public Tensor Project(Tensor features)
    {
        if (_projection is null)
            throw new InvalidOperationException($"The modality '{Name}' has no projection, so it makes features but no embeddings: load weights of a retrieval or pretraining model.");
        using var scope = NewDisposeScope();
        var cls = features.select(1, 0);                                                                         // [B, D]
        return nn.functional.normalize(_projection.call(cls), dim: 1, eps: 1e-12).MoveToOuterDisposeScope();     // [B, D]
    }

    /// <summary>Name and shape of every weight, as <see cref="OfficialNames"/> and model directories have them.</summary>
    public IReadOnlyDictionary<string, long[]> WeightShapes() =>
        named_parameters().ToImmutableSortedDictionary(p => p.name, p => p.parameter.Sizes(), StringComparer.Ordinal);
}
