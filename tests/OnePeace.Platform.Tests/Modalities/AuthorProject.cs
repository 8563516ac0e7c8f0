using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>A third party's project outside the tree: the sources of the motion modality, built against what lies beside the command.</summary>
internal sealed class AuthorProject
{
    public const string Name = "imu";

    private readonly string _folder;

    public AuthorProject(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        var origin = RepositoryFolder.At("modalities/OnePeace.Modalities.Imu");
        foreach (var file in Directory.GetFiles(origin, "*.cs").Append(Path.Combine(origin, "modality.json"))) File.Copy(file, At(Path.GetFileName(file)));
        Directory.CreateDirectory(At("samples"));
        foreach (var file in Directory.GetFiles(Path.Combine(origin, "samples"))) File.Copy(file, At($"samples/{Path.GetFileName(file)}"));
        File.WriteAllText(At("OnePeace.Modalities.Imu.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <EnableDynamicLoading>true</EnableDynamicLoading>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "OnePeace.Modalities.dll")}" Private="false" />
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll")}" Private="false" />
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>An input of this modality, as JSON takes it.</summary>
    public string Sample => Convert.ToBase64String(File.ReadAllBytes(At("samples/walking.csv")));

    public string At(string path) => Path.Combine(_folder, path);

    /// <summary>Adds a source that does harm.</summary>
    public AuthorProject With(string source)
    {
        File.WriteAllText(At("Harm.cs"), source);
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
}
