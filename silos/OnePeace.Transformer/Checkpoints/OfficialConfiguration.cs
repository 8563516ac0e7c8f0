using System.Text.Json.Nodes;
using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>What an official checkpoint says of its architecture; where it is silent, its weights speak.</summary>
internal sealed class OfficialConfiguration
{
    private readonly JsonObject _all, _model, _encoder;

    /// <param name="configuration">As saved along with the weights, or null.</param>
    public OfficialConfiguration(JsonObject? configuration)
    {
        _all = configuration ?? [];
        _model = _all["model"] as JsonObject ?? [];
        _encoder = _model["encoder"] as JsonObject ?? [];
    }

    /// <summary>A modality's options: its adaptor's keys at the top, the task's under <c>task</c>.</summary>
    public ModalityOptions Options(string modality)
    {
        var options = _encoder[$"{modality}_adapter"] is JsonObject adaptor ? (JsonObject)adaptor.DeepClone() : [];
        options["task"] = Task();
        return new ModalityOptions(options);
    }

    /// <summary>The core's architecture.</summary>
    /// <exception cref="InvalidDataException">It cannot be told, or makes no sense.</exception>
    public CoreShape Shape(IWeightSource core, IReadOnlyCollection<ModalitySource> modalities)
    {
        bool Has(string weight) => core.Weights.ContainsKey($"layers.0.{weight}");
        bool AnyHas(string weight) => modalities.Any(m => m.Weights.Weights.ContainsKey(weight));
        long? Side(string weight, int axis) => modalities.Select(m => m.Weights.Weights.GetValueOrDefault(weight)?.Shape.ElementAtOrDefault(axis)).FirstOrDefault(s => s is > 0);

        return CoreShapes.Check(new CoreShape
        {
            Width = Int32("embed_dim", core.Weights.GetValueOrDefault("layers.0.self_attn.q_proj.weight")?.Shape.ElementAtOrDefault(0)),
            Heads = Int32("attention_heads", Side("adapter.rel_pos_table_list.0.weight", 1) ?? Side("adapter.rel_pos_table.weight", 1)),
            Layers = Int32("layers", CountLayers(core)),
            ExpertWidth = Int32("ffn_embed_dim", Side("experts.0.0.wi_0.weight", 0)),
            MagnetoScaleAttention = Boolean("magneto_scale_attn", Has("self_attn.ln.weight")),
            ScaleAttention = Boolean("scale_attn", Has("attn_ln.weight")),
            ScaleExpert = Boolean("scale_fc", AnyHas("experts.0.2.weight")),
            ScaleHeads = Boolean("scale_heads", Has("self_attn.c_attn")),
            LayerScale = Boolean("use_layer_scale", Has("gamma_1")),
            LayerScaleInit = Double("layer_scale_init_value", 1e-6),
            TablePerLayer = Flag(_model, "copy_rel_pos_table") == true || AnyHas("adapter.rel_pos_table_list.1.weight"),
            DropPath = Double("drop_path_rate", 0),
            Dropout = Double("dropout", 0),
            AttentionDropout = Double("attention_dropout", 0),
            ActivationDropout = Double("activation_dropout", 0),
        });
    }

    /// <summary>Newer checkpoints have an object; old ones have the task's settings among all others at the top.</summary>
    private JsonObject Task()
    {
        if (_all["task"] is JsonObject task) return (JsonObject)task.DeepClone();
        return new JsonObject(_all.Where(item => item.Value is JsonValue).Select(item => KeyValuePair.Create(item.Key, item.Value?.DeepClone())));
    }

    private static int CountLayers(IWeightSource core) =>
        core.Weights.Keys.Select(k => int.TryParse(k.Split('.')[1], out var layer) ? layer + 1 : 0).DefaultIfEmpty().Max();

    private int Int32(string key, long? fallback) => _encoder[key] is JsonValue value && value.TryGetValue<long>(out var number)
        ? checked((int)number)
        : checked((int?)fallback) ?? throw new InvalidDataException($"its configuration lacks model.encoder.{key}, and the weights do not show it.");

    private double Double(string key, double fallback) => _encoder[key] is not JsonValue value ? fallback
        : value.TryGetValue<double>(out var number) ? number
        : value.TryGetValue<long>(out var integer) ? integer
        : fallback;

    private bool Boolean(string key, bool fallback) => Flag(_encoder, key) ?? fallback;

    private static bool? Flag(JsonObject values, string key) => values[key] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;
}
