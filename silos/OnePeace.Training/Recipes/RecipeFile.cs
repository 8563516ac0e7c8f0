using System.Text.Json;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Recipes;

/// <summary>Reads recipes and says what is wrong with them.</summary>
public static class RecipeFile
{
    private const int MostBytes = 1 << 20, MostStages = 100, MostSteps = 100_000_000, MostPairs = 1 << 20;

    /// <exception cref="InvalidDataException">The file is missing or no recipe: what was expected and what came.</exception>
    public static TrainingRecipe Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new InvalidDataException($"Expected a recipe at {path}, but there is no such file.");
        if (file.Length > MostBytes) throw new InvalidDataException($"Expected a recipe of at most {MostBytes} bytes, but {path} has {file.Length}.");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <param name="json">UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is no recipe.</exception>
    public static TrainingRecipe Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            return Check(JsonSerializer.Deserialize(json, RecipeJson.Default.TrainingRecipe) ?? throw new JsonException("it is null"));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{name} is not a recipe: {e.Message}", e);
        }
    }

    public static byte[] Write(TrainingRecipe recipe) => JsonSerializer.SerializeToUtf8Bytes(recipe, RecipeJson.Indented.TrainingRecipe);

    private static TrainingRecipe Check(TrainingRecipe recipe)
    {
        if (recipe.Model is { } model)
        {
            CoreShapes.Read(model.Core);
            DataTypes.Parse(model.Dtype);
            Expect(model.FirstScale is > 0 and <= 1000, $"expected a 'first_scale' above 0 and at most 1000, but got {model.FirstScale}.");
        }
        Expect(recipe.Stages.Count is >= 1 and <= MostStages, $"expected 1 to {MostStages} stages, but it has {recipe.Stages.Count}.");
        Expect(recipe.Stages.DistinctBy(s => s.Name).Count() == recipe.Stages.Count, "two stages have the same name.");
        foreach (var stage in recipe.Stages) Check(stage);
        return recipe;
    }

    private static void Check(TrainingStage stage)
    {
        var optimiser = stage.Optimiser;
        Expect(stage.Name is { Length: > 0 and <= 64 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), $"expected a stage's name of letters, digits, - and _, but got '{stage.Name}'.");
        Expect(stage.Pivot != stage.Other, $"stage '{stage.Name}': expected two different modalities, but pivot and other are both '{stage.Other}'.");
        Range("steps", stage.Steps, 1, MostSteps);
        Range("batch_size", stage.BatchSize, 2, MostPairs);
        Range("accumulate", stage.Accumulate, 1, MostPairs);
        Range("checkpoint_every", stage.CheckpointEvery, 1, MostSteps);
        Range("validate_every", stage.ValidateEvery, 0, MostSteps);
        Range("patience", stage.Patience, 0, MostSteps);
        Range("drop_path", stage.DropPath, 0, 0.99);
        Range("learning_rate", optimiser.LearningRate, 0, 10);
        Range("minimum_rate", optimiser.MinimumRate, 0, optimiser.LearningRate);
        Range("beta1", optimiser.Beta1, 0, 0.999999);
        Range("beta2", optimiser.Beta2, 0, 0.999999);
        Range("epsilon", optimiser.Epsilon, 1e-20, 1);
        Range("weight_decay", optimiser.WeightDecay, 0, 1);
        Range("clip_norm", optimiser.ClipNorm, 0, 1e9);
        Range("layer_decay", optimiser.LayerDecay, 0.01, 1);
        Range("warmup", optimiser.Warmup, 0, 1);
        Range("average_decay", optimiser.AverageDecay, 0, 0.999999);
        Expect(stage.Precision is "float32" or "bfloat16", $"stage '{stage.Name}': expected float32 or bfloat16 as 'precision', but got '{stage.Precision}'.");
        stage.Trains.For(stage);
        Expect(stage.Patience == 0 || (stage.ValidateEvery > 0 && stage.Validation is not null), $"stage '{stage.Name}': 'patience' needs 'validation' and 'validate_every'.");

        void Range(string key, double value, double least, double most) =>
            Expect(value >= least && value <= most, $"stage '{stage.Name}': expected {least} to {most} as '{key}', but got {value}.");
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidDataException(otherwise);
    }
}
