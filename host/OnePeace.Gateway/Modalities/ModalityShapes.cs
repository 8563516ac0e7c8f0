using System.ComponentModel;
using System.Text.Json.Serialization;

namespace OnePeace.Gateway.Modalities;

/// <summary>Answer of <c>GET /v1/modalities</c>.</summary>
internal sealed record ModalityList(IReadOnlyList<ModalityInfo> Data)
{
    public string Object => "list";
}

/// <summary>A modality; its id is the key of an item in <c>/v1/embeddings</c>.</summary>
internal sealed record ModalityInfo(string Id, string Version, string State, string Hash, IReadOnlyList<string> MediaTypes)
{
    public string Object => "modality";

    [Description("How JSON carries an input: 'utf-8' as the string itself, or 'base64'.")]
    public required string Encoding { get; init; }

    [Description("'model' for a modality of the model itself, 'package' for one that was attached.")]
    public required string Source { get; init; }

    [Description("Whether its weights are on the device now; others come there when they are asked for. Not of what does not serve.")]
    public bool? Resident { get; init; }

    [Description("What its weights take on the device. Not of what does not serve.")]
    public long? WeightBytes { get; init; }

    [Description("Why it does not serve.")]
    public string? Reason { get; init; }

    [Description("Of a package: every version that is registered.")]
    public IReadOnlyList<VersionInfo>? Versions { get; init; }
}

/// <summary>A version of a modality that came as a package.</summary>
internal sealed record VersionInfo(string Version, string State, string Hash)
{
    [Description("Why it was refused.")]
    public string? Reason { get; init; }

    [Description("Unix seconds since when it is in this state.")]
    public long Since { get; init; }

    public string Description { get; init; } = "";

    public string Author { get; init; } = "";

    public string Licence { get; init; } = "";

    public long Parameters { get; init; }

    [Description("Size of the package.")]
    public long Bytes { get; init; }

    [Description("What an input costs as a rule.")]
    public int TypicalTokens { get; init; }

    public long MaxInputBytes { get; init; }
}

/// <summary>Body of <c>PUT /v1/modalities/NAME</c>.</summary>
internal sealed record SwitchRequest(string? Version);

/// <summary>A package's bytes, as they are.</summary>
internal sealed record PackageShape;

/// <summary>Answer of <c>GET /v1/events</c>.</summary>
internal sealed record EventList(IReadOnlyList<EventInfo> Data)
{
    public string Object => "list";
}

/// <summary>Something that happened in a modality's life.</summary>
internal sealed record EventInfo(long Id, long Created, string Modality, string Version, string What, string? Detail)
{
    public string Object => "event";
}

/// <summary>Source-generated JSON of this feature.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModalityList))]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(SwitchRequest))]
internal sealed partial class ModalityJson : JsonSerializerContext;
