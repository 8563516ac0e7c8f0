using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Budgets;

/// <summary>How much of a disk a run fills: every stage keeps a whole model, and its last checkpoints while the next is written.</summary>
internal static class RunSpace
{
    private const int CheckpointFiles = 3, BestFiles = 1, BytesOfValue = 4;

    /// <summary>A weight, and the mean of its gradient and of the gradient's square.</summary>
    private const int ValuesOfWeight = 3;

    /// <summary>Bytes, reckoned from above.</summary>
    /// <param name="served">The model that a recipe without one goes on from.</param>
    public static double Bytes(TrainingRecipe recipe, ModelSource? served)
    {
        var size = new RecipeSize(recipe, served?.Shape);
        var bytesOfWeight = (served?.Core.MainType() ?? DataTypes.Parse(recipe.Model!.Dtype)).ElementSize();
        var first = bytesOfWeight * size.MadeCore;
        var model = first + (bytesOfWeight * size.MadeModalities) + (served is null ? 0 : Bytes(served));
        return first + recipe.Stages.Sum(stage => model + Checkpoints(stage, size.Trained(stage, Stored)));

        double? Stored(string name) => served?.Modalities.GetValueOrDefault(name) is { } modality ? modality.Weights.Weights.Values.Sum(weight => (double)TensorSize.Count(weight.Shape)) : null;
    }

    private static double Checkpoints(TrainingStage stage, double trained)
    {
        var files = CheckpointFiles + (stage.Patience > 0 ? BestFiles : 0);
        var values = ValuesOfWeight + (stage.Optimiser.AverageDecay > 0 ? 1 : 0);
        return (double)files * values * BytesOfValue * trained;
    }

    private static double Bytes(ModelSource model) => model.Modalities.Values.Select(modality => modality.Weights).Append(model.Core)
        .SelectMany(weights => weights.Weights.Values).Sum(weight => (double)TensorSize.Bytes(weight.Shape, weight.Type));
}
