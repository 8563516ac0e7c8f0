using OnePeace.Engine;
using OnePeace.Training.Evaluation;
using OnePeace.Training.Reports;

namespace OnePeace.Cli.Inputs;

/// <summary>What a loaded model takes.</summary>
internal sealed class ModelModalities(EngineDescription description)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _mediaTypes = description.Modalities.ToDictionary(modality => modality.Name, modality => modality.MediaTypes);

    public string Model => description.Model;

    public bool TakesText(string name) => Takes(name, "text/");

    public ShownModality Show(string name) => new(TakesText(name), Takes(name, "image/"));

    /// <summary>Those that a data set has too.</summary>
    public IReadOnlyList<string> Shared(RetrievalSplit split) => [.. _mediaTypes.Keys.Where(split.Modalities.Contains)];

    /// <exception cref="BadInputException">The model lacks one of them.</exception>
    public void Require(IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => !_mediaTypes.ContainsKey(name)))
            throw new BadInputException($"the model {Model} has no modality '{name}'; it has {string.Join(", ", _mediaTypes.Keys)}.");
    }

    private bool Takes(string name, string family) => _mediaTypes.TryGetValue(name, out var types) && types.Any(type => type.StartsWith(family, StringComparison.Ordinal));
}
