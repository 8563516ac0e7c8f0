using System.Text.Json.Nodes;
using OnePeace.Files;
using OnePeace.Modalities;
using OnePeace.Training.Masks;
using OnePeace.Training.Objectives;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Recipes;

/// <summary>What a recipe may say. Each refusal names the stage and the key, what was expected and what came.</summary>
internal static class RecipeRules
{
    private const int MostStages = 100, MostSteps = 100_000_000, MostPairs = 1 << 20;

    /// <summary>The same recipe.</summary>
    /// <exception cref="InvalidDataException">It asks for what cannot be.</exception>
    public static TrainingRecipe Check(TrainingRecipe recipe)
    {
        if (recipe.Model is { } model)
        {
            CoreShapes.Read(model.Core);
            DataTypes.Parse(model.Dtype);
            Expect(model.FirstScale is > 0 and <= 1000, $"expected a 'first_scale' above 0 and at most 1000, but got {model.FirstScale}.");
            Expect(model.Modalities.Values.All(options => options is not null), "expected an object of options for every modality of the model, but got null.");
        }
        Expect(recipe.Stages.Count is >= 1 and <= MostStages, $"expected 1 to {MostStages} stages, but it has {recipe.Stages.Count}.");
        Expect(recipe.Stages.All(stage => stage is not null), "expected an object as every stage, but got null.");
        if (recipe.Stages.GroupBy(s => s.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidDataException($"expected stages of different names, but {twice.Count()} are called '{twice.Key}'.");
        foreach (var stage in recipe.Stages) Check(stage);
        return recipe;
    }

    private static void Check(TrainingStage stage)
    {
        Expect(stage.Name is { Length: > 0 and <= 64 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), $"expected a stage's name of letters, digits, - and _, but got '{stage.Name}'.");
        var range = new Range(stage.Name);
        Expect(stage.Pivot != stage.Other, $"stage '{stage.Name}': expected two different modalities, but pivot and other are both '{stage.Other}'.");
        foreach (var (key, path) in new[] { ("data", stage.Data), ("validation", stage.Validation) })
            Expect(path is null || RelativePath.IsInside(path), $"stage '{stage.Name}': expected a path inside the data's folder, without '..', as '{key}', but got '{path}'.");
        range.Check("steps", stage.Steps, 1, MostSteps);
        range.Check("batch_size", stage.BatchSize, 2, MostPairs);
        range.Check("accumulate", stage.Accumulate, 1, MostPairs);
        range.Check("checkpoint_every", stage.CheckpointEvery, 1, MostSteps);
        range.Check("validate_every", stage.ValidateEvery, 0, MostSteps);
        range.Check("patience", stage.Patience, 0, MostSteps);
        range.Check("drop_path", stage.DropPath, 0, 0.99);
        Expect(stage.Precision is "float32" or "bfloat16", $"stage '{stage.Name}': expected float32 or bfloat16 as 'precision', but got '{stage.Precision}'.");
        if (stage.FirstScale is { } scale) range.Check("first_scale", scale, 0.001, 1000);
        stage.Trains.For(stage);
        Expect(stage.Trains is { Core: true } or { LogitScale: true } or { Pivot.Count: > 0 } or { Other.Count: > 0 } || stage.Losses.Denoises, $"stage '{stage.Name}' trains nothing: name parts under 'trains'.");
        Expect(!stage.TablePerLayer || stage.Trains.Core, $"stage '{stage.Name}': 'table_per_layer' changes the core, but the stage leaves it frozen: let it train, by 'core' under 'trains', or leave 'table_per_layer' out.");
        Expect(stage.Patience == 0 || (stage.ValidateEvery > 0 && stage.Validation is not null), $"stage '{stage.Name}': 'patience' needs 'validation' and 'validate_every', but one of them is missing.");
        Check(stage.Optimiser, range);
        Check(stage.Losses, range);
        if (stage.Losses.Denoises) Check(stage.Decoder, stage);
        foreach (var (modality, masking) in stage.Masking ?? new Dictionary<string, Masking>()) Check(stage, modality, masking);
        foreach (var (modality, settings) in stage.Augment ?? new Dictionary<string, JsonObject>())
        {
            IsOf(stage, modality, "augment");
            Expect(settings is not null, $"stage '{stage.Name}': expected an object as the augmentation of '{modality}', but got null.");
        }
    }

    private static void Check(OptimiserOptions optimiser, Range range)
    {
        range.Check("learning_rate", optimiser.LearningRate, 0, 10);
        Expect(optimiser.Schedule is "cosine" or "polynomial", $"stage '{range.Stage}': expected cosine or polynomial as 'schedule', but got '{optimiser.Schedule}'.");
        range.Check("minimum_rate", optimiser.MinimumRate, 0, optimiser.LearningRate);
        range.Check("beta1", optimiser.Beta1, 0, 0.999999);
        range.Check("beta2", optimiser.Beta2, 0, 0.999999);
        range.Check("epsilon", optimiser.Epsilon, 1e-20, 1);
        range.Check("weight_decay", optimiser.WeightDecay, 0, 1);
        range.Check("clip_norm", optimiser.ClipNorm, 0, 1e9);
        range.Check("layer_decay", optimiser.LayerDecay, 0.01, 1);
        range.Check("warmup", optimiser.Warmup, 0, 0.99);
        range.Check("average_decay", optimiser.AverageDecay, 0, 0.999999);
    }

    private static void Check(PairLossOptions losses, Range range)
    {
        foreach (var (key, weight) in new[] { ("contrastive", losses.Contrastive), ("pivot_alone", losses.PivotAlone), ("other_alone", losses.OtherAlone), ("pivot_joint", losses.PivotJoint), ("other_joint", losses.OtherJoint) })
            range.Check(key, weight, 0, 1000);
        range.Check("denoising_logit_scale", losses.DenoisingLogitScale, 0.001, 1000);
        range.Check("label_smoothing", losses.LabelSmoothing, 0, 0.99);
        Expect(losses.Denoises || losses.Contrastive > 0, $"stage '{range.Stage}': expected a weight above 0 for one of the 'losses' at least, but all are 0.");
    }

    private static void Check(DecoderOptions decoder, TrainingStage stage)
    {
        try
        {
            CoreShapes.Check(new CoreShape { Width = decoder.Width, Heads = decoder.Heads, Layers = decoder.Layers, ExpertWidth = decoder.ExpertWidth });
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"stage '{stage.Name}', its decoder as a core: {e.Message}", e);
        }
    }

    private static void Check(TrainingStage stage, string modality, Masking? masking)
    {
        IsOf(stage, modality, "masking");
        Expect(masking is not null, $"stage '{stage.Name}': expected an object as the masking of '{modality}', but got null.");
        MaskDrawing.Check(masking!);
    }

    private static void IsOf(TrainingStage stage, string modality, string key) =>
        Expect(modality == stage.Pivot || modality == stage.Other, $"stage '{stage.Name}': expected '{stage.Pivot}' or '{stage.Other}' under '{key}', but got '{modality}'.");

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidDataException(otherwise);
    }

    private readonly record struct Range(string Stage)
    {
        public void Check(string key, double value, double least, double most) =>
            Expect(value >= least && value <= most, FormattableString.Invariant($"stage '{Stage}': expected {least} to {most} as '{key}', but got {value}."));
    }
}
