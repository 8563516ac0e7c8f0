namespace OnePeace.Scenes;

/// <summary>One value of a factor, and the words that captions have for it.</summary>
public sealed record FactorValue(string Name, params IReadOnlyList<string> Words);

/// <summary>One thing in which scenes differ.</summary>
public sealed record Factor(string Name, IReadOnlyList<FactorValue> Values)
{
    public static Factor Shape { get; } = new("shape",
    [
        new("circle", "circle", "disc", "dot"),
        new("square", "square", "box", "block"),
        new("triangle", "triangle", "wedge", "pyramid"),
        new("star", "star", "starburst", "pentagram"),
        new("cross", "cross", "plus", "crosshair"),
        new("ring", "ring", "hoop", "donut"),
    ]);

    public static Factor Colour { get; } = new("colour",
    [
        new("red", "red", "crimson", "scarlet"),
        new("yellow", "yellow", "golden", "lemon"),
        new("green", "green", "emerald", "grassy"),
        new("cyan", "cyan", "turquoise", "teal"),
        new("blue", "blue", "navy", "cobalt"),
        new("magenta", "magenta", "pink", "fuchsia"),
    ]);

    public static Factor Size { get; } = new("size",
    [
        new("small", "small", "tiny", "little"),
        new("medium", "medium", "mid-sized", "average"),
        new("large", "large", "big", "huge"),
    ]);

    public static Factor Position { get; } = new("position",
    [
        new("top-left", "top left", "upper left", "north west"),
        new("top-right", "top right", "upper right", "north east"),
        new("bottom-left", "bottom left", "lower left", "south west"),
        new("bottom-right", "bottom right", "lower right", "south east"),
    ]);

    /// <summary>Those that every modality carries, captions included.</summary>
    public static IReadOnlyList<Factor> Shared { get; } = [Shape, Colour, Size, Position];
}
