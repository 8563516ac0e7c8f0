using OnePeace.Training.Recipes;
using OnePeace.Training.Reports;
using OnePeace.Training.Runs;

namespace OnePeace.Cli.Training;

/// <summary>The curves of a run, one page a stage.</summary>
internal static class TrainingPages
{
    /// <summary>Writes the pages beside the stages' histories.</summary>
    /// <returns>The folder that holds them.</returns>
    public static string Write(string run, TrainingRecipe recipe)
    {
        for (var stage = 0; stage < recipe.Stages.Count; stage++)
        {
            var folder = RecipeRun.StageFolder(run, recipe, stage);
            if (!File.Exists(StageRun.HistoryOf(folder))) continue;
            var bad = StageRun.BadPairsOf(folder);
            var page = TrainingReport.Draw($"{recipe.Name}: {recipe.Stages[stage].Name}", TrainingHistory.Read(StageRun.HistoryOf(folder)), File.Exists(bad) ? Path.GetFileName(bad) : null);
            File.WriteAllText(Path.Combine(folder, "report.html"), page);
        }
        return run;
    }

    /// <summary>Writes the pages of a run that stopped or failed. Where that cannot be done it is said, and is no error: why the run ended is told.</summary>
    public static void TryWrite(string run, TrainingRecipe recipe)
    {
        try
        {
            Write(run, recipe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"The pages with the curves in {run} were not written: {e.Message}");
        }
    }

    /// <summary>The files of the stages that list pairs that could not be used.</summary>
    public static string[] BadPairs(string run, TrainingRecipe recipe) =>
        [.. Enumerable.Range(0, recipe.Stages.Count).Select(stage => StageRun.BadPairsOf(RecipeRun.StageFolder(run, recipe, stage))).Where(File.Exists)];
}
