using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Training.Recipes;

namespace OnePeace.Training.Data;

/// <summary>Inputs that are changed at random while a stage trains on them.</summary>
public static class Augmentation
{
    /// <summary>Looks whether the plugins of a stage's modalities can do what its <c>augment</c> asks for.</summary>
    /// <param name="plugins">Gives the plugin of a modality by name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">One cannot, or not so: names stage and key.</exception>
    public static void Check(TrainingStage stage, Func<string, IModality> plugins)
    {
        foreach (var (name, settings) in stage.Augment ?? new Dictionary<string, JsonObject>())
        {
            try
            {
                var plugin = plugins(name);
                if (PluginCall.Run($"to check how inputs of the modality '{name}' are changed", () => Objection(plugin, settings)) is { } objection) throw objection;
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"Stage '{stage.Name}', its 'augment' of '{name}': {e.Message}", e);
            }
        }
    }

    /// <summary>Null where nothing is asked for.</summary>
    /// <exception cref="InvalidDataException">The plugin cannot, or not so.</exception>
    internal static IAugmentingPreprocessor? Create(IModality modality, ModalityOptions options, JsonObject? settings) =>
        settings is null ? null : Of(modality).CreateAugmentingPreprocessor(options, new ModalityOptions(settings));

    private static InvalidDataException? Objection(IModality plugin, JsonObject settings)
    {
        try
        {
            Of(plugin).CheckAugmentation(new ModalityOptions(settings));
            return null;
        }
        catch (InvalidDataException e)
        {
            return e;
        }
    }

    private static IAugmentingModality Of(IModality modality) => modality as IAugmentingModality
        ?? throw new InvalidDataException($"expected a modality whose plugin can change its inputs at random, but that of '{modality.Name}' prepares every input in one way: take it out.");
}
