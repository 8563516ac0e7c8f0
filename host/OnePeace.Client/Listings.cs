using System.Text.Json.Serialization;

namespace OnePeace.Client;

/// <summary>A model that serves.</summary>
/// <param name="Notice">What its users have to know, or null.</param>
public sealed record ModelInfo(
    string Id, string State, string CoreHash, int Dimensions, [property: JsonPropertyName("dtype")] string DataType, string Device, string? Notice);

/// <summary>A modality that is attached, was refused, or is on its way in or out; its id is the key of an item to embed.</summary>
public sealed record ModalityInfo(string Id, string Version, string State, string Hash, IReadOnlyList<string> MediaTypes)
{
    /// <summary>How JSON carries an input: <c>utf-8</c> as the string itself, or <c>base64</c>.</summary>
    public string Encoding { get; init; } = "base64";

    /// <summary><c>model</c> for a modality of the model itself, <c>package</c> for one that was attached.</summary>
    public string Source { get; init; } = "model";

    /// <summary>Why it does not serve, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a package: every version that is registered. Null for a modality of the model.</summary>
    public IReadOnlyList<ModalityVersionInfo>? Versions { get; init; }
}

/// <summary>A version of a modality that came as a package.</summary>
public sealed record ModalityVersionInfo(string Version, string State, string Hash)
{
    /// <summary>Why it was refused, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Unix seconds since when it is in this state.</summary>
    public long Since { get; init; }

    public string Description { get; init; } = "";

    public string Author { get; init; } = "";

    public string Licence { get; init; } = "";

    public long Parameters { get; init; }

    /// <summary>Size of the package.</summary>
    public long Bytes { get; init; }

    /// <summary>What an input costs as a rule.</summary>
    public int TypicalTokens { get; init; }

    public long MaxInputBytes { get; init; }
}

/// <summary>Something that happened in a modality's life.</summary>
/// <param name="Id">Counts up; what came before has a smaller one.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="What">A word, such as <c>attaching</c>, <c>ready</c>, <c>failed</c> or <c>detached</c>.</param>
public sealed record ModalityEventInfo(long Id, long Created, string Modality, string Version, string What, string? Detail);

internal sealed record SwitchBody(string Version);

internal sealed record ListOf<T>(IReadOnlyList<T> Data);

internal sealed record ErrorAnswer(ErrorBody? Error);

internal sealed record ErrorBody(string? Message, string? Param, string? Code);

/// <summary>Source-generated JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ListOf<ModelInfo>), TypeInfoPropertyName = "ListOfModelInfo")]
[JsonSerializable(typeof(ListOf<ModalityInfo>), TypeInfoPropertyName = "ListOfModalityInfo")]
[JsonSerializable(typeof(ListOf<ModalityEventInfo>), TypeInfoPropertyName = "ListOfModalityEventInfo")]
[JsonSerializable(typeof(ListOf<RunInfo>), TypeInfoPropertyName = "ListOfRunInfo")]
[JsonSerializable(typeof(RunOrder))]
[JsonSerializable(typeof(RunStateInfo))]
[JsonSerializable(typeof(SwitchBody))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class ClientJson : JsonSerializerContext;
