using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
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
            Core = new CoreWeights(core),
            Modalities = new Dictionary<string, ModalitySource>(),
            LogitScale = LogitScale.Initial,
            Notice = recipe.Notice,
        };
        ModelDirectory.Write(source, path, DataTypes.Parse(model.Dtype));
    }

    private sealed class CoreWeights(TransformerCore core) : IWeightSource
    {
        private readonly Dictionary<string, Tensor> _parameters = core.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);

        public IReadOnlyDictionary<string, WeightInfo> Weights => _parameters.ToDictionary(p => p.Key, p => new WeightInfo(p.Value.dtype, p.Value.shape));

        public Tensor Read(string name)
        {
            using var scope = NewDisposeScope();
            return _parameters[name].detach().clone().MoveToOuterDisposeScope();
        }
    }
}
