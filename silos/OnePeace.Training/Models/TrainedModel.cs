using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>A model after a stage: what trained is new, everything else is the base's, to the last byte.</summary>
internal static class TrainedModel
{
    /// <summary>A view of both; the base must outlive it.</summary>
    /// <param name="source">The model before the stage.</param>
    /// <param name="model">What the stage computed with.</param>
    /// <param name="stage">What it changed.</param>
    public static ModelSource Combine(ModelSource source, TrainingModel model, TrainingStage stage)
    {
        var type = source.Core.MainType();
        var modalities = source.Modalities.ToDictionary();
        foreach (var module in new[] { model.Pivot, model.Other }.Where(m => Changed(m) || !modalities.ContainsKey(m.Name)))
            modalities[module.Name] = new ModalitySource(module.Name, module.Options, new ModuleSource(module, type, Stored(module)));
        var combined = new ModelSource(Stream.Null)
        {
            Name = source.Name,
            Shape = stage.ShapeAfter(source.Shape),
            Core = stage.Trains.Core ? new ModuleSource(model.Core, type) : source.Core,
            Modalities = modalities,
            LogitScale = stage.Trains.Core || Goes(model.Pivot) || Goes(model.Other) ? LogitScaleOf(model) : source.LogitScale,
            Notice = source.Notice,
        };
        return combined;

        // Frozen weights of a modality that trains in part: as they are stored, whatever the stage computed in.
        IWeightSource? Stored(ModalityModule module) => source.Modalities.GetValueOrDefault(module.Name)?.Weights;

        // Whether a modality that the model had trains, to which the model's temperature then belongs.
        bool Goes(ModalityModule module) => Changed(module) && source.Modalities.ContainsKey(module.Name);
    }

    private static bool Changed(ModalityModule module) => module.parameters().Any(p => p.requires_grad);

    private static double LogitScaleOf(TrainingModel model)
    {
        using var scope = NewDisposeScope();
        return model.LogitScale.Logarithm.detach().to(ScalarType.Float64).item<double>();
    }
}
