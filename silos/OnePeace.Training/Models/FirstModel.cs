using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>The model that a recipe begins from when it is given none: a core with the official first weights, and no modality yet.</summary>
internal static class FirstModel
{
    /// <summary>Writes it as a model directory; same recipe, same bytes.</summary>
    /// <exception cref="IOException">There is something at <paramref name="path"/> already.</exception>
    public static void Write(TrainingRecipe recipe, NewModel model, string path)
    {
        var shape = CoreShapes.Read(model.Core);
        using var core = new TransformerCore(shape);
        FirstWeights.Draw(core, StableSeed.Of(recipe.Seed, "core"), model.FirstScale);
        using var source = new ModelSource(Stream.Null)
        {
            Name = recipe.Name,
            Shape = shape,
            Core = new ModuleSource(core, ScalarType.Float32),
            Modalities = new Dictionary<string, ModalitySource>(),
            LogitScale = LogitScale.Initial,
            Notice = recipe.Notice,
        };
        ModelDirectory.Write(source, path, DataTypes.Parse(model.Dtype));
    }
}
