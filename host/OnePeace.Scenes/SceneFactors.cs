namespace OnePeace.Scenes;

/// <summary>What a scene is made of. Every modality carries all of it.</summary>
/// <param name="Shape">0 to 5.</param>
/// <param name="Colour">0 to 5.</param>
/// <param name="Size">0 to 2.</param>
/// <param name="Position">0 to 3.</param>
public readonly record struct SceneFactors(int Shape, int Colour, int Size, int Position);
