using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnePeace.Training.Recipes;

namespace OnePeace.Benchmarks.Expansion;

/// <summary>What a variant reached.</summary>
/// <param name="Recipe">Of what: <see cref="ExpansionFolder.Hash"/>.</param>
/// <param name="Figures">By name.</param>
internal sealed record ExpansionResult(string Recipe, IReadOnlyDictionary<string, double> Figures);

/// <summary>Where one variant with one seed is trained, and its result kept: for the recipe that it is of, and no other.</summary>
/// <param name="path">The folder.</param>
/// <param name="recipe">The variant's hash.</param>
internal sealed class ExpansionFolder(string path, string recipe)
{
    private const string ClaimName = "claimed", ResultName = "result", RunName = "run", Old = ".old";

    public string Location => path;

    private string ResultPath => Path.Combine(path, $"{ResultName}.json");

    /// <summary>SHA-256 of a recipe and of what its model starts from.</summary>
    /// <param name="recipe">With its seed.</param>
    /// <param name="before">The hash of the variant whose model it starts from, or null.</param>
    public static string Hash(TrainingRecipe recipe, string? before) =>
        Convert.ToHexStringLower(SHA256.HashData([.. RecipeFile.Write(recipe), .. Encoding.UTF8.GetBytes($"\n{before}")]));

    /// <summary>The result, or null where there is none of this recipe.</summary>
    public IReadOnlyDictionary<string, double>? Read() => Stored() is { } stored && stored.Recipe == recipe ? stored.Figures : null;

    public void Write(IReadOnlyDictionary<string, double> figures)
    {
        Directory.CreateDirectory(path);
        File.WriteAllText(ResultPath, JsonSerializer.Serialize(new ExpansionResult(recipe, figures)));
    }

    /// <summary>Whether it is for this process to train and measure here. A result of another recipe, or of an older version that does not say of which, is put aside first with all that it was made of.</summary>
    /// <param name="told">Where that is told, in a line.</param>
    public bool Take(TextWriter told)
    {
        if (Read() is not null) return false;
        if (!File.Exists(ResultPath)) return Claim(told);
        var why = Stored() is null ? "does not say of which recipe it is" : "is of another recipe";
        File.Open(Path.Combine(path, ClaimName), FileMode.OpenOrCreate).Dispose();   // before the result goes, so that nobody takes this for unclaimed
        if (PutAside() is not { } kept) return false;
        told.WriteLine($"{ResultPath} {why}: it is kept as {kept}, and the variant is measured anew.");
        return true;
    }

    /// <summary>Null where there is none, or one without its recipe.</summary>
    private ExpansionResult? Stored()
    {
        try
        {
            return File.Exists(ResultPath) && JsonSerializer.Deserialize<ExpansionResult>(File.ReadAllText(ResultPath)) is { Recipe: not null, Figures: not null } stored ? stored : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The new name of the result; null where another process was quicker.</summary>
    private string? PutAside()
    {
        var ending = Enumerable.Range(1, int.MaxValue).Select(n => n == 1 ? Old : $"{Old}-{n}").First(e => !Path.Exists(At(ResultName, e, ".json")) && !Path.Exists(At(RunName, e)));
        var (kept, run) = (At(ResultName, ending, ".json"), At(RunName, ending));
        try
        {
            File.Move(ResultPath, kept);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        var entries = Directory.GetFileSystemEntries(path).Where(entry => !IsKept(Path.GetFileName(entry))).ToList();
        Directory.CreateDirectory(run);
        foreach (var entry in entries) Directory.Move(entry, Path.Combine(run, Path.GetFileName(entry)));
        return Path.GetFileName(kept);

        string At(string name, string end, string extension = "") => Path.Combine(path, name + end + extension);
    }

    private static bool IsKept(string name) => name == ClaimName || name.StartsWith(ResultName + Old, StringComparison.Ordinal) || name.StartsWith(RunName + Old, StringComparison.Ordinal);

    /// <summary>False where another process is at it; a claim that a killed process left has to be removed by hand.</summary>
    private bool Claim(TextWriter told)
    {
        Directory.CreateDirectory(path);
        try
        {
            using var claim = new FileStream(Path.Combine(path, ClaimName), FileMode.CreateNew);
            return true;
        }
        catch (IOException)
        {
            told.WriteLine($"{path} is claimed by another process: left to it.");
            return false;
        }
    }
}
