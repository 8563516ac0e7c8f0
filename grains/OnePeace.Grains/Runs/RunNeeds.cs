using OnePeace.Contracts.Runs;
using OnePeace.Training.Data;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>What the stages of an order need of the server that trains them. What cannot be looked at now is left to the worker, which says why.</summary>
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
        if (plugins is null) return Pairs(stage, null, part, about);
        var modalities = new List<PairModality>();
        return Plugin(plugins, stage.Pivot, $"{part}.pivot", about, modalities)
            ?? Plugin(plugins, stage.Other, $"{part}.other", about, modalities)
            ?? Fault($"{part}.augment", "", () => Augmentation.Check(stage, plugins.Get))
            ?? Pairs(stage, modalities.Count == 2 ? modalities : null, part, about);
    }

    private static RunFault? Plugin(RunPlugins plugins, string name, string part, string about, List<PairModality> found) => plugins.Names.Contains(name)
        ? Fault(part, about, () => found.Add(PairModality.Of(name, plugins.Get)))
        : new(RunFaultKind.Refused, $"{about}this server has no plugin for the modality '{name}'; it has those for {string.Join(", ", plugins.Names)}.", part);

    private RunFault? Pairs(TrainingStage stage, IReadOnlyList<PairModality>? modalities, string part, string about)
    {
        if (modalities is not null && stage.Columns is { } columns && Fault($"{part}.columns", about, () => PairSources.CheckNames(modalities, columns)) is { } names) return names;
        return Look(RecipeRun.DataOf(data, stage), stage.Data is null ? "data" : $"{part}.data")
            ?? (RecipeRun.ValidationOf(data, stage) is { } validation ? Look(validation, $"{part}.validation") : null);

        RunFault? Look(string path, string named) =>
            Fault(named, about, () => PairSources.Check(path, modalities, stage.Columns)) is { } fault ? fault with { Message = RunWords.Of(fault.Message, order, data) } : null;
    }

    private static RunFault? Fault(string part, string about, Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            return new(RunFaultKind.Refused, about + e.Message, part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;   // the worker says why
        }
    }
}
