using OnePeace.Engine;
using OnePeace.Engine.Plugins;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Cli;

/// <summary>What a user names as a model: a model directory or an official checkpoint.</summary>
internal static class ModelPath
{
    /// <exception cref="BadInputException">There is nothing of this name.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new BadInputException($"{path}: there is no such model directory or checkpoint.");
    }

    /// <summary>Opens a stored model without loading it.</summary>
    /// <exception cref="BadInputException">There is nothing of this name.</exception>
    public static ModelSource Open(string path)
    {
        Check(path);
        return ModelSources.Open(path);
    }

    /// <summary>Loads a model.</summary>
    /// <param name="path">The model.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="modalities">Which of its modalities; null for all.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <param name="plugins">What it is loaded with; null for the plugins beside this program.</param>
    public static Task<EncodingEngine> LoadEngineAsync(string path, EngineOptions options, IReadOnlyCollection<string>? modalities, CancellationToken cancellation, PluginCatalogue? plugins = null)
    {
        Check(path);
        return EncodingEngine.LoadAsync(path, plugins ?? new PluginCatalogue(PackagedModalities.Folder), options, modalities, cancellation);
    }
}
