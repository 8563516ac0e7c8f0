using System.ComponentModel;
using System.Text.Json.Serialization;

namespace OnePeace.Gateway.Models;

/// <summary>Answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelList(IReadOnlyList<ModelInfo> Data)
{
    public string Object => "list";
}

/// <summary>A model: OpenAI's fields, and what serves it.</summary>
internal sealed record ModelInfo(string Id)
{
    public string Object => "model";

    [Description("Unix seconds since when it serves.")]
    public long Created { get; init; }

    public string OwnedBy => "onepeace";

    [Description("loading, ready, draining or failed")]
    public string State { get; init; } = "";

    [Description("Content hash of the shared Transformer.")]
    public string CoreHash { get; init; } = "";

    [Description("Length of a whole vector.")]
    public int Dimensions { get; init; }

    [JsonPropertyName("dtype")]
    public string DataType { get; init; } = "";

    public string Device { get; init; } = "";

    [Description("Whether a vector is the same to the bit whatever else is asked for at the time.")]
    public bool Deterministic { get; init; }

    [Description("How many batches a replica computes at once.")]
    public int Slots { get; init; }

    public IReadOnlyList<string> Modalities { get; init; } = [];

    [Description("What users of this model have to know.")]
    public string? Notice { get; init; }
}

/// <summary>Source-generated JSON of this feature.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class ModelJson : JsonSerializerContext;
