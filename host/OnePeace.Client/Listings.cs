using System.Text.Json.Serialization;

namespace OnePeace.Client;

/// <summary>A model that serves.</summary>
/// <param name="Notice">What its users have to know, or null.</param>
public sealed record ModelInfo(
    string Id, string State, string CoreHash, int Dimensions, [property: JsonPropertyName("dtype")] string DataType, string Device, string? Notice);

/// <summary>An attached modality.</summary>
public sealed record ModalityInfo(string Id, string Version, string State, string Hash, IReadOnlyList<string> MediaTypes);

internal sealed record ListOf<T>(IReadOnlyList<T> Data);

internal sealed record ErrorAnswer(ErrorBody? Error);

internal sealed record ErrorBody(string? Message, string? Param, string? Code);

/// <summary>Source-generated JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ListOf<ModelInfo>), TypeInfoPropertyName = "ListOfModelInfo")]
[JsonSerializable(typeof(ListOf<ModalityInfo>), TypeInfoPropertyName = "ListOfModalityInfo")]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class ClientJson : JsonSerializerContext;
