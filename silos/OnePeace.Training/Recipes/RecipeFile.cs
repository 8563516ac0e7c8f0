using System.Text.Json;

namespace OnePeace.Training.Recipes;

/// <summary>Reads recipes and says what is wrong with them.</summary>
public static class RecipeFile
{
    private const int MostBytes = 1 << 20;

    /// <exception cref="InvalidDataException">The file is missing or no recipe: what was expected and what came.</exception>
    public static TrainingRecipe Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new InvalidDataException($"Expected a recipe at {path}, but there is no such file.");
        if (file.Length > MostBytes) throw new InvalidDataException($"Expected a recipe of at most {MostBytes} bytes, but {path} has {file.Length}.");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <param name="json">UTF-8.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is no recipe.</exception>
    public static TrainingRecipe Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            return RecipeRules.Check(JsonSerializer.Deserialize(json, RecipeJson.Default.TrainingRecipe) ?? throw new JsonException("it is null"));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is not a recipe: {RecipeMistake.Describe(e)}", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)   // a JsonObject reports a double key as the former
        {
            throw new InvalidDataException($"{name} is not a recipe: {e.Message}", e);
        }
    }

    public static byte[] Write(TrainingRecipe recipe) => JsonSerializer.SerializeToUtf8Bytes(recipe, RecipeJson.Indented.TrainingRecipe);
}
