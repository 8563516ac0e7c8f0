using System.Text;
using OnePeace.Contracts.Runs;
using OnePeace.Engine.Packages;
using OnePeace.Files;
using OnePeace.Training.Budgets;
using OnePeace.Training.Recipes;

namespace OnePeace.Grains.Runs;

/// <summary>Orders, read before anything is begun.</summary>
internal static class RunOrders
{
    public const string NoSuchData = "There are no such data in the server's folder of training data.";

    private const int LongestName = 100;

    /// <summary>The recipe as the run follows it.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static TrainingRecipe Recipe(RunOrder order)
    {
        var recipe = RecipeFile.Parse(Encoding.UTF8.GetBytes(order.Recipe), "the recipe");
        return order.Seed is { } seed ? recipe with { Seed = seed } : recipe;
    }

    /// <summary>Why nothing of a recipe can serve, or null.</summary>
    public static string? Unpublishable(TrainingRecipe recipe)
    {
        if (recipe.Model is not null) return "Nothing is published: the recipe makes a model of its own, which does not fit the core that serves.";
        if (recipe.Stages.FirstOrDefault(stage => stage.Trains.Core || stage.Trains.Pivot.Count > 0) is { } stage) return $"Nothing is published: the stage '{stage.Name}' changes more than the modality that joins.";
        var joining = recipe.Stages.Select(s => s.Other).Distinct(StringComparer.Ordinal).ToList();
        return joining.Count > 1 ? $"Nothing is published: the stages train {string.Join(", ", joining.Select(name => $"'{name}'"))}, and a run publishes one modality." : null;
    }

    /// <summary>The recipe of an order, or what is wrong with the order. Where this silo has no training data, the worker looks whether the order's are there.</summary>
    /// <param name="plugins">Those that there are; null where that is not known.</param>
    public static (TrainingRecipe? Recipe, RunFault? Fault) Read(RunOrder order, RunSite site, RunPlugins? plugins)
    {
        if (Objection(order, site) is { } fault) return (null, fault);
        try
        {
            var recipe = Recipe(order);
            if (new BudgetCheck(site.Budget).Objection(recipe) is { } cost) return (null, new(RunFaultKind.Refused, cost, "recipe"));
            var missing = site.DataOf(order.Data) is { } data ? new RunNeeds(order, data, plugins).Missing(recipe) : null;
            return missing is null ? (recipe, null) : (null, missing);
        }
        catch (InvalidDataException e)
        {
            return (null, new(RunFaultKind.Refused, e.Message, "recipe"));
        }
    }

    /// <summary>What is wrong with an order whatever its recipe says, or null.</summary>
    private static RunFault? Objection(RunOrder order, RunSite site)
    {
        if (Encoding.UTF8.GetByteCount(order.Recipe) > RunLimits.RecipeBytes) return new(RunFaultKind.Refused, $"A recipe has at most {RunLimits.RecipeBytes} bytes.", "recipe");
        if (order.Name is { } name && (name.Length is 0 or > LongestName || name.Any(char.IsControl))) return new(RunFaultKind.Refused, $"A run's name has 1 to {LongestName} characters, and no control characters.", "name");
        if (order.Version is { } version && !ModalityProject.IsVersion(version)) return new(RunFaultKind.Refused, "Expected a version MAJOR.MINOR.PATCH.", "version");
        if (!RelativePath.IsInside(order.Data)) return new(RunFaultKind.Refused, "Name the data from the server's folder of training data, without '..'.", "data");
        return site.DataOf(order.Data) is { } data && !Path.Exists(data) ? new(RunFaultKind.Refused, NoSuchData, "data") : null;
    }
}
