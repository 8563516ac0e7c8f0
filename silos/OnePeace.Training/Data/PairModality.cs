using OnePeace.Modalities;
using OnePeace.Training.Recipes;

namespace OnePeace.Training.Data;

/// <summary>What a source must know of a modality to find its inputs.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="MediaTypes">Those of <see cref="IModality.MediaTypes"/>.</param>
public sealed record PairModality(string Name, IReadOnlyList<string> MediaTypes)
{
    /// <summary>Whether its inputs stand in a table as they are, rather than as files.</summary>
    public bool IsText => MediaTypes.Any(type => type.StartsWith("text/", StringComparison.Ordinal));

    public static PairModality Of(IModality modality) => new(modality.Name, [.. modality.MediaTypes.Select(type => type ?? throw new InvalidOperationException("a media type is null"))]);

    /// <summary>As its plugin says.</summary>
    /// <param name="plugins">Gives the plugin of a modality by name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">The plugin fails.</exception>
    public static PairModality Of(string name, Func<string, IModality> plugins)
    {
        var plugin = plugins(name);
        return PluginCall.Run($"to name the media types of the modality '{name}'", () => Of(plugin));
    }

    /// <summary>Both of a stage.</summary>
    /// <inheritdoc cref="Of(string, Func{string, IModality})"/>
    public static IReadOnlyList<PairModality> Of(TrainingStage stage, Func<string, IModality> plugins) => [Of(stage.Pivot, plugins), Of(stage.Other, plugins)];
}
