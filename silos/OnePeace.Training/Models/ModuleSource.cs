using OnePeace.Modalities.Layers;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>A module's weights in the type that a model is stored in.</summary>
/// <param name="module">The module.</param>
/// <param name="type">What its weights become.</param>
/// <param name="stored">Where frozen weights are taken from as they are; null for none.</param>
internal sealed class ModuleSource(nn.Module module, ScalarType type, IWeightSource? stored = null) : IWeightSource
{
    private readonly Dictionary<string, Parameter> _parameters = module.named_parameters().ToDictionary(p => p.name, p => p.parameter);

    public IReadOnlyDictionary<string, WeightInfo> Weights => field ??= _parameters.ToDictionary(p => p.Key, p => Stored(p.Key) ?? new WeightInfo(type, p.Value.Sizes()));

    public Tensor Read(string name)
    {
        if (Stored(name) is not null) return stored!.Read(name);
        using var scope = NewDisposeScope();
        return _parameters[name].detach().cpu().to(type, copy: true).MoveToOuterDisposeScope();
    }

    private WeightInfo? Stored(string name) =>
        !_parameters[name].requires_grad && stored is not null && stored.Weights.TryGetValue(name, out var info) && info.Shape.AsSpan().SequenceEqual(_parameters[name].Sizes()) ? info : null;
}
