using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Training.Recipes;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Models;

/// <summary>Where a stage's model comes from.</summary>
/// <param name="Base">The model before the stage.</param>
/// <param name="Plugins">Gives the plugin of a modality by name; throws where there is none.</param>
public sealed record TrainingSource(ModelSource Base, Func<string, IModality> Plugins)
{
    public Device Device { get; init; } = CPU;

    /// <summary>A core that holds <see cref="Base"/>'s weights already, to be shared where the stage leaves it frozen; null to load one.</summary>
    public TransformerCore? Core { get; init; }

    /// <summary>Options of modalities that <see cref="Base"/> lacks, by name.</summary>
    public IReadOnlyDictionary<string, ModalityOptions> NewModalities { get; init; } = new Dictionary<string, ModalityOptions>();

    public int Seed { get; init; } = 1;

    /// <inheritdoc cref="NewModel.FirstScale"/>
    public double FirstScale { get; init; } = 1;
}

/// <summary>Builds what a stage computes with. Runs on the device's thread.</summary>
public sealed class TrainingModelBuilder(TrainingSource source, TrainingStage stage)
{
    private readonly ScalarType _type = DataTypes.Parse(stage.Precision);
    private readonly CoreShape _after = stage.ShapeAfter(source.Base.Shape);
    private readonly CoreShape _shape = stage.ShapeAfter(source.Base.Shape) with { DropPath = stage.DropPath };

    /// <exception cref="InvalidDataException">The recipe asks for what the model or its plugins do not have.</exception>
    public TrainingModel Build()
    {
        var owned = new List<IDisposable>();
        try
        {
            var core = Add(BuildCore());
            var (pivot, other) = (Add(BuildModality(stage.Pivot)), Add(BuildModality(stage.Other)));
            var model = new TrainingModel
            {
                Core = core,
                StillCore = Add(core.Share(_shape)),
                Pivot = pivot,
                Other = other,
                Decoder = stage.Losses.Denoises ? Add(BuildDecoder(pivot, other)) : null,
                LogitScale = Add(BuildLogitScale()),
            };
            Thaw(model);
            core.RecomputesLayers = stage.ActivationCheckpointing;
            if (model.Decoder is { } decoder) decoder.Core.RecomputesLayers = stage.ActivationCheckpointing;
            return model;
        }
        catch
        {
            owned.ForEach(part => part.Dispose());
            throw;
        }

        T Add<T>(T part) where T : IDisposable
        {
            owned.Add(part);
            return part;
        }
    }

    private TransformerCore BuildCore()
    {
        if (!stage.Trains.Core && source.Core is { } serving && serving.parameters().First() is var first && first.dtype == _type && first.device == source.Device)
            return serving.Share(_shape);
        using var loaded = ModelLoader.LoadCore(source.Base, source.Device, _type);
        return loaded.Share(_shape);
    }

    private ModalityModule BuildModality(string name)
    {
        var plugin = source.Plugins(name);
        var own = name == stage.Other ? stage.Options : null;
        if (source.Base.Modalities.TryGetValue(name, out var stored))
        {
            return own is null ? ModelLoader.LoadModality(stored, _after, plugin, source.Device, _type) : throw new InvalidDataException(
                $"The stage '{stage.Name}' has 'options' for '{name}', as if it joined, but the model has it already: leave 'options' out to train it further, or start from a model without it ('onepeace convert' with --modalities).");
        }
        if (!source.NewModalities.TryGetValue(name, out var options) && own is null)
            throw new InvalidDataException($"The stage '{stage.Name}' trains on the modality '{name}', but the model has none of that name and the recipe no options for it: "
                + $"the model has {Known}. {(name == stage.Other ? "Name its options under 'model.modalities' or the stage's 'options'." : "Start from a model that has it, or name one of these as 'pivot'.")}");
        if (name == stage.Pivot && stage.Trains.Pivot.Count == 0)
            throw new InvalidDataException($"The stage '{stage.Name}' aligns '{stage.Other}' to '{name}' as it is, but the model has no '{name}': it has {Known}. Start from a model that has it, or train it too, under 'trains'.");
        var merged = (options ?? new ModalityOptions()).ToJson();
        foreach (var (key, value) in own ?? []) merged[key] = value?.DeepClone();
        var complete = plugin.CompleteOptions(new ModalityOptions(merged, options?.Assets), new Dictionary<string, long[]>());
        var module = new ModalityModule(plugin, _after, complete);
        try
        {
            FirstWeights.Draw(module, Seed(name), source.FirstScale);
            if (name == stage.Other && stage.ExpertsFrom is { } from) CopyExperts(module, from);
            return (ModalityModule)Place(module);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    private DenoisingDecoder BuildDecoder(params ModalityModule[] modalities)
    {
        var shape = _shape with
        {
            Width = stage.Decoder.Width,
            Heads = stage.Decoder.Heads,
            Layers = stage.Decoder.Layers,
            ExpertWidth = stage.Decoder.ExpertWidth,
            LayerScale = false,
            TablePerLayer = false,
            DropPath = 0,
        };
        CoreShapes.Check(shape);
        var core = new TransformerCore(shape);
        FirstWeights.Draw(core, Seed("decoder"), source.FirstScale);
        Place(core);
        return new DenoisingDecoder(core, modalities.Select(modality =>
        {
            var branch = new ModalityModule(modality.Modality, shape, modality.Modality.DecoderOptions(modality.Options), projects: false);
            FirstWeights.Draw(branch, Seed($"decoder/{modality.Name}"), source.FirstScale);
            var part = new DenoisingPart(_shape.Width, shape.Width);
            FirstWeights.Draw(part, Seed($"denoising/{modality.Name}"), source.FirstScale);
            return new DenoisingBranch((ModalityModule)Place(branch), (DenoisingPart)Place(part));
        }).ToArray());
    }

    private LogitScale BuildLogitScale()
    {
        var scale = new LogitScale();
        using (no_grad())
            Initialisation.Fill(scale.Logarithm, stage.ResetLogitScale ? LogitScale.Initial : source.Base.LogitScale ?? LogitScale.Initial);
        return (LogitScale)scale.to(source.Device);   // float32: a step of it is less than bfloat16 tells apart
    }

    /// <summary>Expert weights of the same name and shape, from a modality that the model has.</summary>
    private void CopyExperts(ModalityModule module, string from)
    {
        if (!source.Base.Modalities.TryGetValue(from, out var stored))
            throw new InvalidDataException($"The stage '{stage.Name}' takes experts from '{from}', but the model has no such modality: it has {Known}.");
        using var _ = no_grad();
        var copied = 0;
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (!name.StartsWith("experts.", StringComparison.Ordinal) || !stored.Weights.Weights.TryGetValue(name, out var info) || !info.Shape.AsSpan().SequenceEqual(parameter.Sizes())) continue;
            using var value = stored.Weights.Read(name);
            parameter.copy_(value);
            copied++;
        }
        if (copied == 0) throw new InvalidDataException($"The stage '{stage.Name}' takes experts from '{from}', but none of their weights has the name and shape of one of '{module.Name}': leave 'experts_from' out.");
    }

    /// <summary>Gives what trains tensors of its own, and gradients; what does not gets neither.</summary>
    private void Thaw(TrainingModel model)
    {
        using var _ = no_grad();
        foreach (var (_, parameter) in stage.Trains.For(stage).Apply(model.Parameters))
        {
            using var scope = NewDisposeScope();
            parameter.set_(parameter.detach().clone());
        }
        if (model.Trained.Count == 0) throw new InvalidDataException($"The stage '{stage.Name}' trains nothing: name parts under 'trains'.");
        foreach (var (shared, own) in model.StillCore.parameters().Zip(model.Core.parameters())) shared.set_(own);
    }

    private string Known => source.Base.Modalities.Count == 0 ? "none yet" : string.Join(", ", source.Base.Modalities.Keys.Order(StringComparer.Ordinal));

    private nn.Module Place(nn.Module module) => module.to(source.Device, _type);

    private long Seed(string part) => StableSeed.Of(source.Seed, stage.Name, part);
}
