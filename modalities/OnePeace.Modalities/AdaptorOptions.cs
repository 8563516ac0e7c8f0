using System.Text.Json.Nodes;
using OnePeace.Modalities.Layers;

namespace OnePeace.Modalities;

/// <summary>Fills in options that are left open.</summary>
public static class AdaptorOptions
{
    /// <summary>Sets an option unless it is set.</summary>
    public static ModalityOptions Complete(this ModalityOptions options, string key, JsonNode value) =>
        options.Contains(key) ? options : options.With(key, value);

    /// <summary>Sets, from the weights, what every <see cref="SequenceAdaptor"/> reads; leaves the options alone where there are no weights.</summary>
    public static ModalityOptions CompleteSequence(this ModalityOptions options, IReadOnlyDictionary<string, long[]> shapes) => shapes.Count == 0
        ? options
        : options.Complete("layernorm_embedding", shapes.ContainsKey("adapter.layernorm_embedding.weight"))
            .Complete("add_type_embedding", shapes.ContainsKey("adapter.type_embedding"))
            .Complete("use_attn_bias", RelativeRows(shapes) is not null);

    /// <summary>Rows of the relative position table among the weights, or null if there is none.</summary>
    public static long? RelativeRows(IReadOnlyDictionary<string, long[]> shapes) =>
        (shapes.GetValueOrDefault(RelativeTables.Name(0)) ?? shapes.GetValueOrDefault(RelativeTables.OldestName))?[0];
}
