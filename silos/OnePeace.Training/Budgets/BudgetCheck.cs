using OnePeace.Engine.Residency;
using OnePeace.Modalities;
using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;
using static System.FormattableString;

namespace OnePeace.Training.Budgets;

/// <summary>Whether a recipe that somebody else ordered may cost what it asks for. Each refusal says what was asked for, what may be, and what to do.</summary>
public sealed class BudgetCheck(TrainingBudget budget)
{
    /// <summary>What is too much about a recipe, or null.</summary>
    /// <param name="recipe">As <see cref="RecipeFile"/> reads it.</param>
    /// <param name="served">The core that a recipe without a model trains around; null where it is not known yet.</param>
    public string? Objection(TrainingRecipe recipe, CoreShape? served = null)
    {
        if (recipe.Stages.Count is var stages && Exceeds(stages, budget.Stages))
            return Invariant($"The recipe has {stages} stages, each of which keeps a model on the server's disk, but this server takes at most {budget.Stages}: make several runs of it.");
        if (recipe.Stages.Sum(stage => (long)stage.Steps) is var steps && Exceeds(steps, budget.Steps))
            return Invariant($"The recipe asks for {steps:N0} steps in all, but this server takes at most {budget.Steps:N0}: order fewer, or ask its operator for a larger {TrainingBudget.StepsOption}.");
        if (recipe.Stages.FirstOrDefault(stage => Exceeds(Batch(stage), budget.EffectiveBatch)) is { } large)
            return Invariant($"The stage '{large.Name}' asks for {Batch(large):N0} pairs a step ('batch_size' times 'accumulate'), but this server takes at most {budget.EffectiveBatch:N0}: order fewer, or ask its operator for a larger {TrainingBudget.BatchOption}.");
        return new RecipeSize(recipe, served).Made is var made && Exceeds(made, budget.Parameters)
            ? Invariant($"The recipe asks for about {made:N0} new weights, but this server takes at most {budget.Parameters:N0}: make the core, the decoder or the numbers among the modalities' options smaller, or ask its operator for a larger {TrainingBudget.ParametersOption}.")
            : null;
    }

    /// <summary>What is missing of the disk, or null.</summary>
    /// <param name="recipe">What is to be trained.</param>
    /// <param name="served">The model that a recipe without one goes on from.</param>
    /// <param name="kept">Bytes that the run has on the disk already.</param>
    /// <param name="free">Bytes that the disk has left.</param>
    public static string? NoSpace(TrainingRecipe recipe, ModelSource? served, long kept, long free)
    {
        var needed = RunSpace.Bytes(recipe, served) - kept;
        return needed <= free ? null
            : $"The run needs about {Text(needed)} more of the server's disk for checkpoints and one model a stage, but {Text(free)} are free: delete runs that have ended, or order fewer stages or a smaller model; then resume it.";
    }

    private static bool Exceeds(double asked, double most) => most > 0 && asked > most;

    private static long Batch(TrainingStage stage) => (long)stage.BatchSize * stage.Accumulate;

    private static string Text(double bytes) => MemorySize.Text((long)Math.Min(bytes, long.MaxValue / 2));
}
