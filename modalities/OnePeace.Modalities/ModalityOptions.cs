using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities;

/// <summary>A modality's settings as JSON: official adaptor keys at the top (<c>bucket_size</c>), the official task's under <c>task</c>.</summary>
/// <remarks>Reads <see cref="JsonNode"/>s only: reflection-based serialisation would pin a plugin's load context for ever.</remarks>
public sealed class ModalityOptions
{
    /// <summary>The option that says, if true, that a preprocessor is for training: it may clean its inputs as training data is cleaned.</summary>
    public const string Training = "training";

    private readonly JsonObject _values;

    /// <param name="values">Taken over as a copy.</param>
    /// <param name="assets">Folder of the modality's own files (a vocabulary), or null.</param>
    public ModalityOptions(JsonObject? values = null, string? assets = null)
    {
        _values = (JsonObject?)values?.DeepClone() ?? [];
        Assets = assets;
    }

    /// <summary>Folder of the modality's own files in a model directory, or null where there is none.</summary>
    public string? Assets { get; }

    /// <summary>A copy of all settings.</summary>
    public JsonObject ToJson() => (JsonObject)_values.DeepClone();

    /// <summary>A copy in which <paramref name="key"/> holds <paramref name="value"/>.</summary>
    public ModalityOptions With(string key, JsonNode? value)
    {
        var copy = ToJson();
        copy[key] = value;
        return new ModalityOptions(copy, Assets);
    }

    public bool Contains(string key) => Find(key) is not null;

    public int Int32(string key, int fallback) => Find(key) is { } node ? Convert(key, node, "an integer", Integer) : fallback;

    public double Double(string key, double fallback) => Find(key) is { } node ? Convert(key, node, "a number", n => n.GetValue<double>()) : fallback;

    public bool Boolean(string key, bool fallback) => Find(key) is { } node ? Convert(key, node, "true or false", n => n.GetValue<bool>()) : fallback;

    public string? String(string key, string? fallback = null) => Find(key) is { } node ? Convert(key, node, "a string", n => n.GetValue<string>()) : fallback;

    /// <summary>Looks a key up; <c>a.b</c> looks inside an object.</summary>
    private JsonNode? Find(string key)
    {
        JsonNode? node = _values;
        foreach (var part in key.Split('.'))
            node = (node as JsonObject)?[part];
        return node;
    }

    private static int Integer(JsonNode node) => checked((int)node.GetValue<double>());

    private static T Convert<T>(string key, JsonNode node, string expected, Func<JsonNode, T> read)
    {
        try
        {
            return read(JsonNode.Parse(node.ToJsonString())!);   // a parsed number converts to any numeric type, a constructed one only to its own
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException or JsonException)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"Modality option '{key}' must be {expected}, but is {node.ToJsonString()}."), e);
        }
    }
}
