using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Bounds of architectures that come from files.</summary>
internal static class CoreShapes
{
    private const int MaxWidth = 1 << 16, MaxLayers = 1 << 10, MaxExpertWidth = 1 << 20;

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
