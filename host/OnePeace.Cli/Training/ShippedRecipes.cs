using OnePeace.Training.Recipes;

namespace OnePeace.Cli.Training;

/// <summary>The recipes of training that ship, by name.</summary>
internal static class ShippedRecipes
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "training");

    public static IReadOnlyList<string> Names { get; } = Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>A recipe that ships, or a file.</summary>
    /// <exception cref="BadInputException">There is neither.</exception>
    public static TrainingRecipe Read(string nameOrFile)
    {
        if (Names.Contains(nameOrFile)) return RecipeFile.Read(Path.Combine(Folder, $"{nameOrFile}.json"));
        if (File.Exists(nameOrFile)) return RecipeFile.Read(nameOrFile);
        throw new BadInputException($"{nameOrFile}: there is no such recipe file, and none of that name ships; those that do are {string.Join(", ", Names)}.");
    }
}
