using OnePeace.Modalities;
using OnePeace.Transformer.Denoising;
using OnePeace.Transformer.Heads;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Reference;

/// <summary>Builds our modules as a reference case describes them, and fills them from its weights.</summary>
internal static class ReferenceModel
{
    public static OnePeaceModel Build(ReferenceCase reference, bool load = true)
    {
        var model = new OnePeaceModel(new TransformerCore(reference.Shape()));
        foreach (var modality in reference.Modalities)
            model.Attach(BuildModality(reference, modality));
        if (!load) return model;
        Load(reference, model.Core, ModelPart.Core);
        foreach (var modality in model.Modalities.Values)
            LoadModality(reference, modality);
        if (reference.Weight("logit_scale") is not null) Load(reference, model.LogitScale, ModelPart.LogitScale);
        model.Core.eval();
        return model;
    }

    public static ModalityModule BuildModality(ReferenceCase reference, IModality modality)
    {
        var projects = (string)reference.Json["model"]! != "one_peace_classify";
        return new ModalityModule(modality, reference.Shape(), reference.Options(modality), projects);
    }

    /// <summary>Loads an encoder's modality the way a checkpoint is loaded: upgraded first.</summary>
    public static void LoadModality(ReferenceCase reference, ModalityModule module)
    {
        var weights = reference.WeightShapes(ModelPart.Modality, module.Name).Keys
            .ToDictionary(name => name, name => reference.Weight(OfficialNames.Format(new(ModelPart.Modality, module.Name, name)))!);
        module.Modality.UpgradeWeights(weights, module.Shape, module.Options);
        Copy(module, name => weights.GetValueOrDefault(name));
        module.eval();
    }

    public static DenoisingDecoder BuildDecoder(ReferenceCase reference, bool load = true)
    {
        var shape = reference.Shape("decoder");
        var branches = reference.Modalities.Select(m => new DenoisingBranch(
            new ModalityModule(m, shape, reference.Options(m, "decoder"), projects: false), new DenoisingPart(reference.Shape().Width, shape.Width)));
        var decoder = new DenoisingDecoder(new TransformerCore(shape), branches);
        if (!load) return decoder;
        Load(reference, decoder.Core, ModelPart.DecoderCore);
        foreach (var (modality, part) in decoder.Branches.Values)
        {
            Load(reference, modality, ModelPart.DecoderModality, modality.Name);
            Load(reference, part, ModelPart.Denoising, modality.Name);
        }
        return decoder;
    }

    public static ClassifyHead BuildHead(ReferenceCase reference, bool load = true)
    {
        var config = reference.ModelConfig;
        var shape = reference.Shape();
        var head = new ClassifyHead(new ClassifyHeadShape(shape.Width, shape.Heads, (int)reference.Json["num_classes"]!)
        {
            AttentionPooling = (bool?)config["attn_pooling"] ?? false,
            Pooler = (bool?)config["use_pooler"] ?? false,
            Ratio = (double?)config["head_scale_ratio"] ?? 1,
            TwoInputs = (bool?)reference.Json["use_two_images"] ?? false,
        });
        if (load) Load(reference, head, ModelPart.Head);
        return head;
    }

    /// <summary>Official key and shape of every weight of a module.</summary>
    public static IEnumerable<KeyValuePair<string, long[]>> Keys(nn.Module module, ModelPart part, string? modality = null) =>
        module.named_parameters().Select(p => KeyValuePair.Create(OfficialNames.Format(new(part, modality, p.name)), p.parameter.shape));

    private static void Load(ReferenceCase reference, nn.Module module, ModelPart part, string? modality = null)
    {
        Copy(module, name => reference.Weight(OfficialNames.Format(new(part, modality, name))));
        module.eval();
    }

    private static void Copy(nn.Module module, Func<string, Tensor?> weight)
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
            parameter.copy_(weight(name) ?? throw new KeyNotFoundException($"The reference has no weight for '{name}'."));
    }
}
