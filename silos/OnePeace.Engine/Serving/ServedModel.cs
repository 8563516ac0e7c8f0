using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Serving;

/// <summary>A loaded model and everything an engine says about it. Owns the model.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly IReadOnlyList<ModalityDescription> _modalities;

    /// <param name="model">On its device, in its type.</param>
    /// <param name="plugins">The plugins that its modalities came from.</param>
    public ServedModel(OnePeaceModel model, IEnumerable<LoadedPlugin> plugins)
    {
        Model = model;
        model.Core.eval();
        foreach (var module in model.Modalities.Values) module.eval();
        Preprocessors = model.Modalities.ToDictionary(m => m.Key, m => m.Value.Modality.CreatePreprocessor(m.Value.Options), StringComparer.Ordinal);
        _modalities = [.. plugins.OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => new ModalityDescription(p.Name, p.Version, "ready", p.Hash, p.Modality.MediaTypes))];
    }

    public required string Name { get; init; }

    /// <summary>What users should know of this model, or null.</summary>
    public string? Notice { get; init; }

    public required string CoreHash { get; init; }

    public required Device Device { get; init; }

    public required ScalarType DataType { get; init; }

    public OnePeaceModel Model { get; }

    public IReadOnlyDictionary<string, IPreprocessor> Preprocessors { get; }

    public EngineDescription Describe() =>
        new(Name, CoreHash, Model.Core.Shape.Width, Device.ToString(), DataTypes.Name(DataType), _modalities) { Notice = Notice };

    public void Dispose() => Model.Dispose();
}
