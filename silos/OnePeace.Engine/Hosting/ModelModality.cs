using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine.Hosting;

/// <summary>Modalities that belong to the model itself: weights in its files, a plugin beside the host. They stay as long as the model.</summary>
internal static class ModelModality
{
    /// <exception cref="InvalidDataException">It makes no embeddings.</exception>
    public static ModalityVersion Create(ModalitySource modality, ModelSource source, LoadedPlugin plugin, ServedModel model, EngineOptions options)
    {
        var weights = modality.Weights.Weights;
        if (!weights.ContainsKey("projection.weight"))
            throw new InvalidDataException($"The model '{source.Name}' makes no embeddings of the modality '{modality.Name}': it has no projection. Use a retrieval or pretraining model.");
        var settings = modality.CompleteOptions(plugin.Modality);
        var seat = new ModalitySeat(modality.Name, ModelRoom.Bytes(modality, model.Precision.Type), () => Load(modality, source, plugin, model));
        return new ModalityVersion(new VersionIdentity(plugin.Name, plugin.Version, plugin.Hash, plugin.Modality.MediaTypes),
            plugin.Modality.CreatePreprocessor(settings), seat, model.Residency, options.ResolvePreprocessing());
    }

    private static ModalityModule Load(ModalitySource modality, ModelSource source, LoadedPlugin plugin, ServedModel model)
    {
        var module = ModelLoader.LoadModality(modality, source.Shape, plugin.Modality, model.Device, model.Precision.Type);
        try
        {
            model.Precision.Pack(module);
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
