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
            if (File.Exists(StageRun.HistoryOf(folder)))
                File.WriteAllText(Path.Combine(folder, "report.html"), TrainingReport.Draw($"{recipe.Name}: {recipe.Stages[stage].Name}", TrainingHistory.Read(StageRun.HistoryOf(folder))));
        }
        return run;
    }
}
