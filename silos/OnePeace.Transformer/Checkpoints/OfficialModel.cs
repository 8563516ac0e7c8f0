using OnePeace.Modalities.Layers;
using TorchSharp;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>An official checkpoint of any kind (pretraining, retrieval, classification), taken apart.</summary>
internal sealed class OfficialModel
{
    private readonly TorchCheckpoint _file;
    private readonly Dictionary<string, string> _core = [];
    private readonly SortedDictionary<string, Dictionary<string, string>> _modalities = new(StringComparer.Ordinal);
    private readonly List<SkippedWeight> _skipped = [];
    private string? _logitScale;

    private OfficialModel(TorchCheckpoint file)
    {
        _file = file;
        foreach (var key in file.Weights.Keys.Order(StringComparer.Ordinal)) Sort(key);
        SkipIncomplete();
    }

    /// <exception cref="InvalidDataException">The file is no checkpoint, or not one of this model.</exception>
    public static ModelSource Open(string path)
    {
        var file = new TorchCheckpoint(path);
        try
        {
            return new OfficialModel(file).ToSource(Path.GetFileNameWithoutExtension(path));
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FormatException or OverflowException)
        {
            file.Dispose();
            throw new InvalidDataException($"{Path.GetFileName(path)} is not a ONE-PEACE checkpoint: {e.Message}", e);
        }
    }

    private ModelSource ToSource(string name)
    {
        var configuration = new OfficialConfiguration(_file.Configuration);
        var core = new RenamedWeights(_file, _core);
        var modalities = _modalities.ToDictionary(m => m.Key, m => new ModalitySource(m.Key, configuration.Options(m.Key), new RenamedWeights(_file, m.Value)));
        return new ModelSource(_file)
        {
            Name = name,
            Shape = configuration.Shape(core, modalities.Values),
            Core = core,
            Modalities = modalities,
            LogitScale = ReadLogitScale(),
            Skipped = _skipped,
        };
    }

    private void Sort(string key)
    {
        var local = OfficialNames.Parse(key);
        if (local is not { } place) Skip(key, "unknown");
        else if (OfficialNames.IsComputed(place)) Skip(key, "computed, not loaded");
        else if (place.Part is ModelPart.DecoderCore or ModelPart.DecoderModality or ModelPart.Denoising) Skip(key, "only for pretraining");
        else if (place.Part == ModelPart.Head) Skip(key, "classification head");
        else if (place.Part == ModelPart.LogitScale) _logitScale = key;
        else if (place is { Part: ModelPart.Modality, Modality: { } modality }) Take(Part(modality), place.Name, key);
        else if (place.Name.StartsWith("layers.", StringComparison.Ordinal)) Take(_core, place.Name, key);
        else Skip(key, "unknown");
    }

    private static void Take(Dictionary<string, string> part, string name, string key)
    {
        if (!part.TryAdd(name, key)) throw new InvalidDataException($"'{part[name]}' and '{key}' are old and new names of the same weight; expected one of them.");
    }

    private Dictionary<string, string> Part(string modality) => _modalities.TryGetValue(modality, out var part) ? part : _modalities[modality] = [];

    /// <summary>Leaves out what is named like a modality without being a whole one: official loaders leave single projections or experts behind.</summary>
    private void SkipIncomplete()
    {
        foreach (var (modality, names) in _modalities.ToArray())
        {
            if (new[] { "adapter.", "experts.", "norm." }.All(part => names.Keys.Any(n => n.StartsWith(part, StringComparison.Ordinal)))) continue;
            foreach (var key in names.Values) Skip(key, "part of a modality that is not whole here");
            _modalities.Remove(modality);
        }
    }

    private void Skip(string key, string reason) => _skipped.Add(new SkippedWeight(key, reason));

    private double? ReadLogitScale()
    {
        if (_logitScale is null) return null;
        using var value = _file.Read(_logitScale);
        if (value.numel() != 1) throw new InvalidDataException($"Expected one value as logit_scale, but got {TensorSize.Text(value.Sizes())}.");
        using var wide = value.to(torch.ScalarType.Float64).reshape(1);
        return wide.item<double>();
    }
}
