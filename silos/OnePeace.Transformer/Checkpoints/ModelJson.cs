using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OnePeace.Files;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary><c>config.json</c> of a model directory.</summary>
internal sealed record ModelConfiguration
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Name { get; init; }

    /// <summary>See <see cref="CoreShapes"/>.</summary>
    public required JsonObject Core { get; init; }

    /// <summary>SHA-256 of <c>core.safetensors</c>.</summary>
    public required string CoreHash { get; init; }

    public required string Dtype { get; init; }

    public double? LogitScale { get; set; }

    public required IReadOnlyList<string> Modalities { get; init; }

    public string? Notice { get; set; }
}

/// <summary><c>modality.json</c> of one modality in a model directory.</summary>
internal sealed record ModalityConfiguration
{
    public required string Name { get; init; }

    public string Version { get; set; } = "1";

    public required JsonObject Options { get; init; }
}

/// <summary>A recipe for <see cref="ModelGenerator"/>: a new size is a file, no code.</summary>
internal sealed record GenerationRecipe
{
    public required string Name { get; init; }

    /// <summary>See <see cref="CoreShapes"/>.</summary>
    public required JsonObject Core { get; init; }

    public string Dtype { get; set; } = "float32";

    public int Seed { get; set; } = 1;

    public string? Notice { get; set; }

    /// <summary>Every modality's options by name.</summary>
    public required IReadOnlyDictionary<string, JsonObject> Modalities { get; init; }
}

/// <summary>The JSON files of models; keys in snake_case, unknown and double keys refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true, AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelConfiguration))]
[JsonSerializable(typeof(ModalityConfiguration))]
[JsonSerializable(typeof(CoreShape))]
[JsonSerializable(typeof(ModelInspection))]
[JsonSerializable(typeof(GenerationRecipe))]
internal sealed partial class ModelJson : JsonSerializerContext
{
    private const int MaxBytes = 16 << 20;

    public static ModelJson Compact => Default;

    public static ModelJson Indented => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = true });

    /// <exception cref="InvalidDataException">The file is missing, too large, or not the JSON that is expected.</exception>
    public static T Read<T>(string path, JsonTypeInfo<T> type)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new InvalidDataException($"Expected the file {path}, but it is missing.");
        if (file.Length > MaxBytes) throw new InvalidDataException($"Expected {path} to have at most {MaxBytes} bytes, but it has {file.Length}.");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)   // a JsonObject reports a double key as the latter
        {
            throw new InvalidDataException($"{path} is not as expected: {e.Message}", e);
        }
    }

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        DurableFile.Write(path, stream =>
        {
            JsonSerializer.Serialize(stream, value, type);
            stream.WriteByte((byte)'\n');
        });
}
