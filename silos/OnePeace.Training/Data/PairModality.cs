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

    public static PairModality Of(IModality modality) => new(modality.Name, modality.MediaTypes);

    /// <summary>Both of a stage.</summary>
    /// <param name="plugins">Gives the plugin of a modality by name; throws where there is none.</param>
    public static IReadOnlyList<PairModality> Of(TrainingStage stage, Func<string, IModality> plugins) => [Of(plugins(stage.Pivot)), Of(plugins(stage.Other))];
}
