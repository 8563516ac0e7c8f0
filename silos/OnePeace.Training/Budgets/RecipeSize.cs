using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Budgets;

/// <summary>How many weights a recipe makes and trains, reckoned from its numbers before anything is built.</summary>
/// <remarks>
/// A plugin alone knows its adaptor. Here every number among a modality's options counts as the rows of a table as wide as the core, which is what
/// is large in one. Sums are floating point, because what a recipe asks for may be beyond any whole number. D width, F width of an expert.
/// </remarks>
/// <param name="recipe">Checked by <see cref="RecipeRules"/>.</param>
/// <param name="served">The core that a recipe without a model trains around; null where that is not known, and then only what does not depend on it counts.</param>
internal sealed class RecipeSize(TrainingRecipe recipe, CoreShape? served)
{
    /// <summary>Rows of an adaptor whatever its options say: positions and the like.</summary>
    private const int AdaptorRows = 1024;

    private readonly CoreShape? _shape = recipe.Model is { } model ? CoreShapes.Read(model.Core) : served;

    /// <summary>Weights that the run makes, with the largest decoder of its stages.</summary>
    public double Made => MadeCore + MadeModalities + recipe.Stages.Max(Decoder);

    public double MadeCore => recipe.Model is null ? 0 : Core(_shape!);

    public double MadeModalities => Joining().Sum(Modality);

    /// <summary>Weights that a stage trains; a modality counts whole where a part of it trains.</summary>
    /// <param name="stored">How many weights a modality has that the served model brings; null for one that it does not have.</param>
    public double Trained(TrainingStage stage, Func<string, double?> stored)
    {
        var joining = Joining();
        var core = stage.Trains.Core && _shape is not null ? Core(_shape) : 0;
        return core + Decoder(stage) + Part(stage.Pivot, stage.Trains.Pivot) + Part(stage.Other, stage.Trains.Other);

        double Part(string name, IReadOnlyList<string> parts) => parts.Count == 0 ? 0 : joining.Contains(name) ? Modality(name) : stored(name) ?? Modality(name);
    }

    private HashSet<string> Joining() => [.. recipe.Model?.Modalities.Keys ?? [], .. recipe.Stages.Where(stage => stage.Options is not null).Select(stage => stage.Other)];

    private static double Core(CoreShape shape) => shape.Layers * (4.0 * shape.Width * shape.Width + 12.0 * shape.Width);

    private double Modality(string name)
    {
        if (_shape is null) return 0;
        var options = recipe.Stages.Where(stage => stage.Other == name).Select(stage => stage.Options).Append(recipe.Model?.Modalities.GetValueOrDefault(name));
        return Experts(_shape) + (double)_shape.Width * (_shape.Width + AdaptorRows + options.Sum(Rows));
    }

    private static double Experts(CoreShape shape) => shape.Layers * (3.0 * shape.Width * shape.ExpertWidth + 2.0 * shape.ExpertWidth + shape.Width);

    /// <summary>The denoising decoder, with the experts of both sides.</summary>
    private static double Decoder(TrainingStage stage)
    {
        if (!stage.Losses.Denoises) return 0;
        var shape = new CoreShape { Width = stage.Decoder.Width, Heads = stage.Decoder.Heads, Layers = stage.Decoder.Layers, ExpertWidth = stage.Decoder.ExpertWidth };
        return Core(shape) + 2 * Experts(shape);
    }

    private static double Rows(JsonNode? options) => options switch
    {
        JsonObject group => group.Sum(option => Rows(option.Value)),
        JsonArray list => list.Sum(Rows),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => Math.Abs(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)),
        _ => 0,
    };
}
