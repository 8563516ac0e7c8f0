using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Packages;

/// <summary>An author's project folder: its <c>modality.json</c> and the files that belong to it.</summary>
public sealed class ModalityProject
{
    private const string DescriptionFile = "modality.json", WeightsFile = "weights.safetensors", AssetsFolder = "assets";
    private const int MaxBytes = 1 << 20;

    private readonly Description _description;

    private ModalityProject(string folder, Description description)
    {
        Folder = folder;
        _description = description;
    }

    /// <summary><c>modality.json</c>.</summary>
    internal sealed record Description
    {
        public required string Name { get; init; }

        public required string Version { get; init; }

        [System.Text.Json.Serialization.JsonPropertyName("description")]
        public string Text { get; set; } = "";

        public string Author { get; set; } = "";

        public string Licence { get; set; } = "";

        public JsonObject Options { get; set; } = [];

        public Initialisation Weights { get; set; } = new();

        public ProjectLimits Limits { get; set; } = new();

        public required IReadOnlyList<string> Canaries { get; init; }
    }

    /// <summary>How weights start where the project has no trained ones.</summary>
    internal sealed record Initialisation
    {
        public long Seed { get; set; } = 1;

        /// <summary>A modality of the model whose options and fitting weights are taken over.</summary>
        public string? From { get; set; }
    }

    internal sealed record ProjectLimits
    {
        public long MaxInputBytes { get; set; } = new InputLimits().MaxInputBytes;

        public int MaxTokens { get; set; } = 1024;

        public double PrepareSeconds { get; set; } = new InputLimits().PrepareSeconds;
    }

    /// <summary>Whether a modality can have this name.</summary>
    public static bool IsName(string name) => ManifestRules.IsName(name);

    /// <summary>Whether a modality can have this version.</summary>
    public static bool IsVersion(string version) => ManifestRules.IsVersion(version);

    /// <exception cref="InvalidDataException">There is no <c>modality.json</c>, or it is not as expected.</exception>
    public static ModalityProject Open(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, DescriptionFile));
        if (!file.Exists) throw new InvalidDataException($"Expected a project with {DescriptionFile} in {folder}, but there is none; 'onepeace modality new' makes one.");
        if (file.Length > MaxBytes) throw new InvalidDataException($"Expected {file.FullName} to have at most {MaxBytes} bytes, but it has {file.Length}.");
        var description = PackageJson.Read(File.ReadAllBytes(file.FullName), file.FullName, PackageJson.Default.Description);
        if (!IsName(description.Name)) throw new InvalidDataException($"Expected {ManifestRules.NameRule} in {file.FullName}, but got '{description.Name}'.");
        if (!ManifestRules.IsVersion(description.Version)) throw new InvalidDataException($"Expected a version MAJOR.MINOR.PATCH in {file.FullName}, but got '{description.Version}'.");
        if (description.Canaries.Count == 0) throw new InvalidDataException($"Expected at least one canary in {file.FullName}: an input below the folder, such as samples/a.csv.");
        return new ModalityProject(folder, description);
    }

    public string Folder { get; }

    public string Name => _description.Name;

    public string Version => _description.Version;

    /// <summary>Trained weights, or null where they are to be initialised.</summary>
    internal string? Weights => Path.Combine(Folder, WeightsFile) is var path && File.Exists(path) ? path : null;

    /// <summary>Folder of the modality's own files, or null.</summary>
    internal string? Assets => Path.Combine(Folder, AssetsFolder) is var path && Directory.Exists(path) ? path : null;

    internal Description Declared => _description;

    /// <summary>The project's options over those of the modality that it takes weights from.</summary>
    internal JsonObject OptionsOver(ModalityOptions? from)
    {
        var options = from?.ToJson() ?? [];
        foreach (var (key, value) in _description.Options) options[key] = value?.DeepClone();
        return options;
    }

    /// <summary>The modality of the model that it takes weights from, or null where it takes none.</summary>
    /// <exception cref="InvalidDataException">The model has no such modality.</exception>
    internal ModalitySource? From(ModelSource model)
    {
        if (_description.Weights.From is not { } name) return null;
        return model.Modalities.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"modality.json takes weights from '{name}', but the model has only {string.Join(", ", model.Modalities.Keys.Order(StringComparer.Ordinal))}.");
    }
}
