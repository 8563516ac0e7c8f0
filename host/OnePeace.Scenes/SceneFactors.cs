namespace OnePeace.Scenes;

/// <summary>What a scene is made of: one concept. Every modality carries all of it.</summary>
/// <param name="Shape">0 to 5.</param>
/// <param name="Colour">0 to 5.</param>
/// <param name="Size">0 to 2.</param>
/// <param name="Position">0 to 3.</param>
public readonly record struct SceneFactors(int Shape, int Colour, int Size, int Position)
{
    /// <summary>Every concept: 6 x 6 x 3 x 4 = 432.</summary>
    public static IReadOnlyList<SceneFactors> All { get; } =
    [
        .. from shape in Enumerable.Range(0, Factor.Shape.Values.Count)
           from colour in Enumerable.Range(0, Factor.Colour.Values.Count)
           from size in Enumerable.Range(0, Factor.Size.Values.Count)
           from position in Enumerable.Range(0, Factor.Position.Values.Count)
           select new SceneFactors(shape, colour, size, position),
    ];

    /// <summary>The value of each of <see cref="Factor.Shared"/>, in that order.</summary>
    public IReadOnlyList<int> Values => [Shape, Colour, Size, Position];

    /// <summary>The concept's name, such as <c>circle-red-small-top-left</c>.</summary>
    public string Group => string.Join('-', Factor.Shared.Zip(Values, (factor, value) => factor.Values[value].Name));
}
