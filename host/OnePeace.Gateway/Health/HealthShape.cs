using System.Text.Json.Serialization;

namespace OnePeace.Gateway.Health;

/// <summary>Answer of the probes.</summary>
internal sealed record HealthShape(string Status);

/// <summary>Source-generated JSON of this feature.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthShape))]
internal sealed partial class HealthJson : JsonSerializerContext;
