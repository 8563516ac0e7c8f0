using OnePeace.Contracts.Runs;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>Where a run's models lie in its folder, and why there may be none.</summary>
internal static class RunModels
{
    public static RunFault None { get; } = new(RunFaultKind.Conflict, "No stage of the run is done yet, so that there is no model of it: ask again when one is.");

    public static RunFault NoKeeper { get; } = new(RunFaultKind.Unavailable, "The run's files are on a silo that is not there at the moment: start it again with the data folder that it had, and ask again.");

    /// <summary>The models after every stage, the last stage's first.</summary>
    public static IReadOnlyList<string> Folders(TrainingRecipe recipe) =>
        [.. Enumerable.Range(0, recipe.Stages.Count).Reverse().Select(stage => RecipeRun.ModelOf(RecipeRun.StageFolder("", recipe, stage)).Replace(Path.DirectorySeparatorChar, '/'))];
}
