using System.Text.Json.Nodes;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Tests.Plugins;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Modalities;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>A small model, an author's project for it, and its package.</summary>
public sealed class PackageFixture : IDisposable
{
    public const string Name = CorruptPackages.Name;

    private readonly TemporaryFolder _folder = new();
    private readonly OnePeaceModel _loaded;

    public PackageFixture()
    {
        using var plugins = PluginCatalogue.BesideExecutable();
        ModelGenerator.Create(new GeneratedModel("tiny", TestEngines.Shape, [(plugins.Get(Name), new ModalityOptions(Options()))]), At("model"));
        Model = ModelSources.Open(At("model"));
        _loaded = ModelLoader.Load(Model, _ => throw new InvalidOperationException(), []);
        Core = new TrialCore(Model.CoreHash, _loaded.Core, CPU, ScalarType.Float32);
        Project = WriteProject("project", new JsonObject { ["seed"] = 7 });
        Good = At("good.opm");
        Packed = PackageBuilder.Build(ModalityProject.Open(Project), Plugin, Model, Good);
    }

    /// <summary>The published plugin.</summary>
    public static string Plugin { get; } = Path.Combine(AppContext.BaseDirectory, "modalities", Name);

    public ModelSource Model { get; }

    public TrialCore Core { get; }

    /// <summary>The project's folder.</summary>
    public string Project { get; }

    /// <summary>The package's file.</summary>
    public string Good { get; }

    public PackedModality Packed { get; }

    public string At(string name) => Path.Combine(_folder.Path, name);

    public static JsonObject Options() => new() { ["feature_encoder_spec"] = "[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16, 2, 2)] * 2", ["conv_pos_groups"] = 4 };

    /// <summary>Writes a project with two canaries.</summary>
    public string WriteProject(string name, JsonObject weights, JsonObject? options = null)
    {
        var folder = Directory.CreateDirectory(At(name)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "samples"));
        Directory.CreateDirectory(Path.Combine(folder, "assets"));
        File.WriteAllText(Path.Combine(folder, "assets", "note.txt"), "an asset");
        string[] samples = ["short_0_3s.wav", "mono_8k.wav"];
        foreach (var sample in samples) File.Copy(Path.Combine(ReferenceData.Folder, "audio", "inputs", sample), Path.Combine(folder, "samples", sample));
        File.WriteAllText(Path.Combine(folder, "modality.json"), new JsonObject
        {
            ["name"] = Name,
            ["version"] = "1.0.0",
            ["description"] = "Sounds.",
            ["author"] = "somebody",
            ["licence"] = "Apache-2.0",
            ["options"] = options ?? Options(),
            ["weights"] = weights,
            ["limits"] = new JsonObject { ["max_input_bytes"] = 1 << 20, ["max_tokens"] = 512, ["prepare_seconds"] = 10 },
            ["canaries"] = new JsonArray("samples/short_0_3s.wav", "samples/mono_8k.wav"),
        }.ToJsonString());
        return folder;
    }

    public void Dispose()
    {
        _loaded.Dispose();
        Model.Dispose();
        _folder.Dispose();
    }
}
