using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Turns stored models into modules for serving. Weights on the CPU in their stored type share the file's memory: nothing is copied, pages load on first use.</summary>
public static class ModelLoader
{
    /// <summary>Loads a core and modalities, without gradients, in evaluation mode. The source may be disposed afterwards.</summary>
    /// <param name="source">The stored model.</param>
    /// <param name="plugins">Gives the plugin of a modality by name; throws where there is none.</param>
    /// <param name="modalities">Which to load; the others' weights are not touched. Null for all.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <param name="type">What to compute in; null for the type that the core is stored in.</param>
    /// <exception cref="InvalidDataException">Weights are missing, unexpected, or of another shape: they are listed.</exception>
    /// <exception cref="KeyNotFoundException">The model has no such modality.</exception>
    public static OnePeaceModel Load(ModelSource source, Func<string, IModality> plugins, IReadOnlyCollection<string>? modalities = null,
        Device? device = null, ScalarType? type = null)
    {
        var chosen = source.Choose(modalities);
        var model = new OnePeaceModel(LoadCore(source, device, type));
        try
        {
            using (no_grad())
                Initialisation.Fill(model.LogitScale.Logarithm, source.LogitScale ?? LogitScale.Initial);
            foreach (var modality in chosen)
                model.Attach(LoadModality(modality, source.Shape, plugins(modality.Name), device, type ?? source.Core.MainType()));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads one modality, ready to be attached to a core of this shape.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    /// <inheritdoc cref="Load" path="/param"/>
    public static ModalityModule LoadModality(ModalitySource modality, CoreShape shape, IModality plugin, Device? device = null, ScalarType? type = null)
    {
        var module = BuildModality(modality, shape, plugin, modality.Weights.Weights.ContainsKey("projection.weight"));
        FillModality(module, modality, device, type);
        return module;
    }

    /// <summary>A modality's module with completed options, its weights still empty.</summary>
    /// <param name="modality">Gives the options, and the shapes that complete them.</param>
    /// <param name="shape">The core it is for.</param>
    /// <param name="plugin">Its plugin.</param>
    /// <param name="projects">Whether it makes embeddings.</param>
    public static ModalityModule BuildModality(ModalitySource modality, CoreShape shape, IModality plugin, bool projects) =>
        new(plugin, shape, modality.CompleteOptions(plugin), projects);

    /// <summary>Puts stored weights into a module that was just built, without gradients, in evaluation mode; disposes it where that fails.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static void FillModality(ModalityModule module, ModalitySource modality, Device? device = null, ScalarType? type = null) =>
        Fill(module, $"modality '{modality.Name}'", modality.Weights, device, type, weights => module.Modality.UpgradeWeights(weights, module.Shape, module.Options));

    /// <summary>Loads the core alone.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    /// <inheritdoc cref="Load" path="/param"/>
    public static TransformerCore LoadCore(ModelSource source, Device? device = null, ScalarType? type = null)
    {
        var core = new TransformerCore(source.Shape);
        Fill(core, "core", source.Core, device, type, _ => { });
        return core;
    }

    /// <summary>Fills a module, or disposes it where that fails.</summary>
    private static void Fill(nn.Module module, string what, IWeightSource source, Device? device, ScalarType? type, Action<IDictionary<string, Tensor>> upgrade)
    {
        try
        {
            module.eval();
            var slots = new ModuleWeights(module, what);
            using var gradients = no_grad();
            using var scope = NewDisposeScope();
            var weights = source.Weights.Keys.ToDictionary(name => name, source.Read);
            upgrade(weights);
            slots.Replace(weights, device ?? CPU, type ?? source.MainType());
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
