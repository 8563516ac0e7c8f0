using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>A third party's project outside the tree, as <c>modality new</c> writes it.</summary>
internal sealed class AuthorProject
{
    public const string Name = "motion";

    private readonly string _folder;

    private AuthorProject(string folder) => _folder = folder;

    /// <summary>An input of this modality, as JSON takes it.</summary>
    public string Sample => File.ReadAllText(At("samples/wave.csv"));

    public static async Task<AuthorProject> CreateAsync(string folder)
    {
        (await CommandRun.OfAsync("modality", "new", Name, "--out", folder)).ShouldSucceed();
        return new AuthorProject(folder);
    }

    /// <summary>Adds a source that does harm.</summary>
    public AuthorProject With(string source)
    {
        File.WriteAllText(At("Harm.cs"), source);
        return this;
    }

    /// <summary>Edits one of the sources.</summary>
    public AuthorProject With(string file, string before, string after)
    {
        var source = File.ReadAllText(At(file));
        Assert.Contains(before, source);
        File.WriteAllText(At(file), source.Replace(before, after, StringComparison.Ordinal));
        return this;
    }

    /// <summary>Packs a version; another seed makes other weights.</summary>
    /// <returns>The package's path.</returns>
    public async Task<string> PackAsync(string version, int seed = 1)
    {
        var description = JsonNode.Parse(File.ReadAllText(At("modality.json")))!;
        description["version"] = version;
        description["weights"] = new JsonObject { ["seed"] = seed };
        File.WriteAllText(At("modality.json"), description.ToJsonString());
        var package = $"{_folder}-{version}.opm";
        (await CommandRun.OfAsync("modality", "pack", _folder, "--out", package)).ShouldSucceed();
        return package;
    }

    private string At(string path) => Path.Combine(_folder, path);
}
