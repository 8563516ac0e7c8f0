using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Architectures in files: their JSON, and their bounds.</summary>
public static class CoreShapes
{
    private const int MaxWidth = 1 << 16, MaxLayers = 1 << 10, MaxExpertWidth = 1 << 20;

    public static JsonObject ToJson(CoreShape shape) => JsonSerializer.SerializeToNode(shape, ModelJson.Default.CoreShape)!.AsObject();

    /// <summary>A shape from JSON; what the JSON leaves out is as <see cref="CoreShape"/> has it by default.</summary>
    /// <exception cref="InvalidDataException">A key is unknown, missing or of another kind, or <see cref="Check(CoreShape)"/> says no.</exception>
    public static CoreShape Read(JsonObject json)
    {
        // The generated deserialiser sets what is left out to zero and false, whatever the initialisers say: so nothing is left out.
        var complete = ToJson(new CoreShape { Width = 0, Heads = 0, Layers = 0, ExpertWidth = 0 });
        foreach (var (key, value) in json) complete[key] = value?.DeepClone();
        try
        {
            return Check(complete.Deserialize(ModelJson.Default.CoreShape)!);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the core is not as expected: {e.Message}", e);
        }
    }

    /// <summary>The same shape.</summary>
    /// <exception cref="InvalidDataException">A side is not positive or beyond any model's, or the heads do not divide the width.</exception>
    public static CoreShape Check(CoreShape shape)
    {
        Check("width", shape.Width, MaxWidth);
        Check("heads", shape.Heads, shape.Width);
        Check("layers", shape.Layers, MaxLayers);
        Check("expert_width", shape.ExpertWidth, MaxExpertWidth);
        if (shape.Width % shape.Heads != 0)
            throw new InvalidDataException($"expected a width that is a multiple of the number of heads, but got {shape.Width} and {shape.Heads}.");
        return shape;
    }

    private static void Check(string name, int value, int maximum)
    {
        if (value < 1 || value > maximum) throw new InvalidDataException($"expected 1 to {maximum} as the core's {name}, but got {value}.");
    }
}
