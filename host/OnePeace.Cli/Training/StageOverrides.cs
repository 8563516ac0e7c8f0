using System.CommandLine;
using OnePeace.Training.Recipes;

namespace OnePeace.Cli.Training;

/// <summary>What the command line says over a recipe of one stage.</summary>
internal sealed class StageOverrides
{
    private readonly Option<string?> _pivot = new("--pivot") { Description = "The modality to align to; by default the recipe's", HelpName = "NAME" };
    private readonly Option<string?> _other = new("--other") { Description = "The modality that joins or trains along; by default the recipe's", HelpName = "NAME" };
    private readonly Option<int?> _steps = new("--steps") { Description = "Optimiser steps; by default the recipe's", HelpName = "N" };
    private readonly Option<int?> _batch = new("--batch-size") { Description = "Pairs in a batch; by default the recipe's", HelpName = "N" };

    public StageOverrides(Command command)
    {
        foreach (var option in new Option[] { _pivot, _other, _steps, _batch }) command.Options.Add(option);
    }

    /// <exception cref="BadUsageException">The recipe has several stages.</exception>
    public TrainingRecipe Apply(ParseResult parsed, TrainingRecipe recipe)
    {
        if (parsed.GetValue(_pivot) is null && parsed.GetValue(_other) is null && parsed.GetValue(_steps) is null && parsed.GetValue(_batch) is null) return recipe;
        if (recipe.Stages is not [var stage]) throw new BadUsageException($"--pivot, --other, --steps and --batch-size change a recipe of one stage, but '{recipe.Name}' has {recipe.Stages.Count}: write a recipe of your own.");
        var changed = recipe with
        {
            Stages =
            [
                stage with
                {
                    Pivot = parsed.GetValue(_pivot) ?? stage.Pivot,
                    Other = parsed.GetValue(_other) ?? stage.Other,
                    Steps = parsed.GetValue(_steps) ?? stage.Steps,
                    BatchSize = parsed.GetValue(_batch) ?? stage.BatchSize,
                },
            ],
        };
        return RecipeFile.Parse(RecipeFile.Write(changed), recipe.Name);   // checked again
    }
}
