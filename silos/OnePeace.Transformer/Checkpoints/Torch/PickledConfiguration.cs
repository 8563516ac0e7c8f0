using System.Globalization;
using System.Text.Json.Nodes;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>Turns a pickled configuration (dictionaries, namespaces, OmegaConf containers, nested as they like) into JSON.</summary>
internal sealed class PickledConfiguration
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 200_000;

    private int _nodes;

    private PickledConfiguration()
    {
    }

    /// <summary>The configuration, or null where it is none. What is neither plain data nor a container becomes null.</summary>
    /// <exception cref="InvalidDataException">It refers to itself, or is larger than any configuration.</exception>
    public static JsonObject? ToJson(object? pickled) => new PickledConfiguration().Convert(pickled, 0) as JsonObject;

    private JsonNode? Convert(object? value, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"The configuration is nested deeper than {MaxDepth} levels; it may refer to itself.");
        if (++_nodes > MaxNodes) throw new InvalidDataException($"The configuration has more than {MaxNodes} values.");
        return value switch
        {
            bool truth => truth,
            long number => number,
            double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
            string text => text,
            PickledDictionary items => Object(items, depth),
            IEnumerable<object?> values => Array(values, depth),
            PickledObject { Type.Kind: PickledKind.Namespace, State: PickledDictionary attributes } => Object(attributes, depth),
            PickledObject { Type.Kind: PickledKind.Configuration, State: PickledDictionary node } => Convert(node["_content"] ?? node["_val"], depth + 1),
            _ => null,
        };
    }

    private JsonObject Object(PickledDictionary items, int depth)
    {
        var json = new JsonObject();
        foreach (var (key, value) in items.Items)
            if (key is string or long) json[System.Convert.ToString(key, CultureInfo.InvariantCulture)!] = Convert(value, depth + 1);
        return json;
    }

    private JsonArray Array(IEnumerable<object?> values, int depth)
    {
        var json = new JsonArray();
        foreach (var value in values) json.Add(Convert(value, depth + 1));
        return json;
    }
}
