using OnePeace.Contracts.Runs;
using OnePeace.Training.Data;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>What the stages of an order need of the server that trains them.</summary>
/// <param name="order">The order.</param>
/// <param name="data">The path of its data.</param>
/// <param name="plugins">What the server has; null where that is not known.</param>
internal sealed class RunNeeds(RunOrder order, string data, RunPlugins? plugins)
{
    /// <summary>What is missing, or null.</summary>
    public RunFault? Missing(TrainingRecipe recipe) => recipe.Stages.Select(Missing).FirstOrDefault(fault => fault is not null);

    private RunFault? Missing(TrainingStage stage, int index)
    {
        var (part, about) = ($"recipe.stages[{index}]", $"Stage '{stage.Name}': ");
        foreach (var (key, name) in new[] { ("pivot", stage.Pivot), ("other", stage.Other) })
        {
            if (plugins?.Names.Contains(name) == false)
                return new(RunFaultKind.Refused, $"{about}this server has no plugin for the modality '{name}'; it has those for {string.Join(", ", plugins.Names)}.", $"{part}.{key}");
        }
        if (plugins is not null && Objection(() => Augmentation.Check(stage, plugins.Get)) is { } cannot) return new(RunFaultKind.Refused, cannot, $"{part}.augment");
        if (Missing(RecipeRun.DataOf(data, stage)) is { } pairs) return new(RunFaultKind.Refused, about + pairs, stage.Data is null ? "data" : $"{part}.data");
        if (RecipeRun.ValidationOf(data, stage) is { } validation && Missing(validation) is { } none) return new(RunFaultKind.Refused, about + none, $"{part}.validation");
        return null;
    }

    private string? Missing(string path) => Objection(() => PairSources.Check(path)) is { } missing ? RunWords.Of(missing, order, data) : null;

    private static string? Objection(Action check)
    {
        try
        {
            check();
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
