using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePeace.Files;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A model as a folder: <c>config.json</c>, <c>core.safetensors</c>, and <c>modalities/NAME/</c> with <c>modality.json</c>, <c>weights.safetensors</c> and the modality's own files.</summary>
public static partial class ModelDirectory
{
    private const string ConfigurationFile = "config.json", CoreWeightsFile = "core.safetensors", ModalitiesFolder = "modalities";
    private const string ModalityFile = "modality.json", WeightsFile = "weights.safetensors";

    /// <summary>Opens a folder; a file of weights is opened when it is asked for.</summary>
    /// <exception cref="InvalidDataException">The folder is not such a model.</exception>
    public static ModelSource Open(string path)
    {
        var configuration = ModelJson.Read(Path.Combine(path, ConfigurationFile), ModelJson.Default.ModelConfiguration);
        if (configuration.Format != ModelConfiguration.CurrentFormat)
            throw new InvalidDataException($"{path} has the format {configuration.Format}, but this version reads {ModelConfiguration.CurrentFormat}; convert the checkpoint again.");
        var shape = ReadShape(path, configuration.Core);
        var files = new OpenFiles();
        var core = files.Add(new DeferredWeights(Path.Combine(path, CoreWeightsFile)));
        return new ModelSource(files)
        {
            Name = configuration.Name,
            Shape = shape,
            Core = core,
            CoreHash = configuration.CoreHash,
            Modalities = configuration.Modalities.Distinct().ToDictionary(name => name, name => OpenModality(path, name, files)),
            LogitScale = configuration.LogitScale,
            Notice = configuration.Notice,
        };
    }

    /// <summary>Writes a model as a folder, weight by weight; it appears whole or not at all.</summary>
    /// <param name="source">What to write.</param>
    /// <param name="path">The new folder; may exist only if it is empty.</param>
    /// <param name="type">What floating point weights become; null leaves them as they are.</param>
    /// <param name="modalities">Which to write; null for all.</param>
    /// <exception cref="IOException">There is something at <paramref name="path"/> already.</exception>
    /// <exception cref="KeyNotFoundException">The model has no such modality.</exception>
    public static void Write(ModelSource source, string path, ScalarType? type = null, IReadOnlyCollection<string>? modalities = null)
    {
        var chosen = source.Choose(modalities);
        path = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new IOException($"There is something at {path} already; choose another folder, or remove it first.");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            WriteFiles(source, temporary, type, chosen);
            if (Directory.Exists(path)) Directory.Delete(path);
            Directory.Move(temporary, path);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
        DurableFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static CoreShape ReadShape(string path, JsonObject core)
    {
        try
        {
            return CoreShapes.Read(core);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{Path.Combine(path, ConfigurationFile)}: {e.Message}", e);
        }
    }

    private static void WriteFiles(ModelSource source, string folder, ScalarType? type, IReadOnlyList<ModalitySource> modalities)
    {
        var coreFile = Path.Combine(folder, CoreWeightsFile);
        CoreFile.Write(coreFile, source.Core, source.Shape, type);
        foreach (var modality in modalities) WriteModality(modality, Path.Combine(folder, ModalitiesFolder, modality.Name), type);
        DurableFile.FlushDirectory(Directory.CreateDirectory(Path.Combine(folder, ModalitiesFolder)).FullName);
        ModelJson.Write(Path.Combine(folder, ConfigurationFile), new ModelConfiguration
        {
            Format = ModelConfiguration.CurrentFormat,
            Name = source.Name,
            Core = CoreShapes.ToJson(source.Shape),
            CoreHash = CoreFile.Hash(coreFile),
            Dtype = DataTypes.Name(type ?? source.Core.MainType()),
            LogitScale = source.LogitScale,
            Modalities = [.. modalities.Select(m => m.Name)],
            Notice = source.Notice,
        }, ModelJson.Indented.ModelConfiguration);
    }

    private static void WriteModality(ModalitySource modality, string folder, ScalarType? type)
    {
        Directory.CreateDirectory(folder);
        foreach (var asset in modality.Options.Assets is { } assets ? Directory.EnumerateFiles(assets) : [])
            if (Path.GetFileName(asset) is not (ModalityFile or WeightsFile) and var name)
                DurableFile.Write(Path.Combine(folder, name), stream => CopyTo(asset, stream));
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), modality.Weights.ToWrite(type));
        ModelJson.Write(Path.Combine(folder, ModalityFile),
            new ModalityConfiguration { Name = modality.Name, Version = modality.Version, Options = modality.Options.ToJson() },
            ModelJson.Indented.ModalityConfiguration);
    }

    private static ModalitySource OpenModality(string path, string name, OpenFiles files)
    {
        if (!ModalityName().IsMatch(name))
            throw new InvalidDataException($"Expected a modality's name in lower-case letters, digits and _, starting with a letter, but {path} names '{name}'.");
        var folder = Path.Combine(path, ModalitiesFolder, name);
        var configuration = ModelJson.Read(Path.Combine(folder, ModalityFile), ModelJson.Default.ModalityConfiguration);
        if (configuration.Name != name) throw new InvalidDataException($"Expected the modality '{name}' in {folder}, but it is '{configuration.Name}'.");
        var weights = files.Add(new DeferredWeights(Path.Combine(folder, WeightsFile)));
        return new ModalitySource(name, new ModalityOptions(configuration.Options, folder), weights) { Version = configuration.Version };
    }

    private static void CopyTo(string file, Stream stream)
    {
        using var source = File.OpenRead(file);
        source.CopyTo(stream);
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex ModalityName();

    private sealed class OpenFiles : IDisposable
    {
        private readonly List<IDisposable> _files = [];

        public T Add<T>(T file) where T : IDisposable
        {
            _files.Add(file);
            return file;
        }

        public void Dispose() => _files.ForEach(f => f.Dispose());
    }
}
