using OnePeace.Contracts.Runs;
using OnePeace.Training.Data;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>What the stages of an order need of the server that trains them.</summary>
internal static class RunNeeds
{
    /// <summary>What is missing, or null.</summary>
    /// <param name="data">The path of the order's data.</param>
    /// <param name="modalities">Those that there are plugins for; null where that is not known.</param>
    public static RunFault? Missing(TrainingRecipe recipe, RunOrder order, string data, IReadOnlyCollection<string>? modalities)
    {
        foreach (var (index, stage) in recipe.Stages.Index())
        {
            var (part, about) = ($"recipe.stages[{index}]", $"Stage '{stage.Name}': ");
            foreach (var (key, name) in new[] { ("pivot", stage.Pivot), ("other", stage.Other) })
            {
                if (modalities?.Contains(name) == false)
                    return new(RunFaultKind.Refused, $"{about}this server has no plugin for the modality '{name}'; it has those for {string.Join(", ", modalities)}.", $"{part}.{key}");
            }
            if (Missing(RecipeRun.DataOf(data, stage)) is { } pairs) return new(RunFaultKind.Refused, about + RunWords.Of(pairs, order, data), stage.Data is null ? "data" : $"{part}.data");
            if (RecipeRun.ValidationOf(data, stage) is { } validation && Missing(validation) is { } none) return new(RunFaultKind.Refused, about + RunWords.Of(none, order, data), $"{part}.validation");
        }
        return null;
    }

    private static string? Missing(string path)
    {
        try
        {
            PairSources.Check(path);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;   // cannot be looked at now: the worker says why
        }
    }
}
