using System.Text.Json.Nodes;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Modalities;
using OnePeace.Modalities.Imu;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Loading;

/// <summary>A package that was made.</summary>
internal sealed record BenchmarkPackage(string Name, string Hash, string Path);

/// <summary>A model of texts and pictures, and packages of the motion plugin for its core, in a temporary folder.</summary>
internal sealed class BenchmarkPackages : IDisposable
{
    private const string Dependencies = """{"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{}},"libraries":{}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-bench-");
    private readonly PluginCatalogue _plugins = PluginCatalogue.BesideExecutable();
    private readonly Dictionary<string, string> _paths = [];

    /// <param name="shape">Its expert width decides how large a package is.</param>
    /// <param name="type">What model and packages are stored in.</param>
    public BenchmarkPackages(CoreShape shape, ScalarType type)
    {
        ModelGenerator.Create(new GeneratedModel("bench", shape,
        [
            (_plugins.Get("text"), new ModalityOptions(new JsonObject { ["vocabulary"] = 50_264 })),
            (_plugins.Get("image"), new ModalityOptions(new JsonObject { ["bucket_size"] = 14, ["rel_bucket_size"] = 14, ["image_size"] = 224 })),
        ]) { Type = type }, Model);
        Original = Build();
    }

    public string Model => At("model");

    public string WorkFolder => At("work");

    /// <summary>Of the plugin as it is, with code of its own to be compiled.</summary>
    public BenchmarkPackage Original { get; }

    /// <summary>An input of every package.</summary>
    public static byte[] Sample => File.ReadAllBytes(RepositoryFolder.At("modalities/OnePeace.Modalities.Imu/samples/turning.f32"));

    public ModelSource Open() => ModelSources.Open(Model);

    public Task<EncodingEngine> StartAsync(ResidencyOptions residency, int torchThreads = 0) => EncodingEngine.LoadAsync(Model, _plugins, new EngineOptions
    {
        Device = "cpu",
        TorchThreads = torchThreads,
        Packages = new PackageHostOptions(_paths.GetValueOrDefault, WorkFolder),
        Residency = residency,
    });

    /// <summary>The same weights under other names.</summary>
    public IReadOnlyList<BenchmarkPackage> Copies(int count)
    {
        using var original = ModalityPackage.Open(Original.Path);
        var canaries = original.Manifest.Canaries.Select(canary => PackageEntry.FromBytes(canary.Input, original.Read(canary.Input))).ToArray();
        var weights = PackageEntry.FromBytes("weights.safetensors", original.Read("weights.safetensors"));
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var name = $"motion{i:d2}";
            var manifest = original.Manifest with { Name = name, Assembly = $"plugin/{name}.dll" };
            return Add(name, path => PackageWriter.Write(path, manifest, [PackageEntry.FromBytes(manifest.Assembly, NamedPlugin.Emit(name)), .. canaries, weights]));
        })];
    }

    public void Dispose()
    {
        _plugins.Dispose();
        _folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private BenchmarkPackage Build()
    {
        var assembly = typeof(ImuModality).Assembly.Location;
        var plugin = Directory.CreateDirectory(At("plugin")).FullName;
        File.Copy(assembly, Path.Combine(plugin, Path.GetFileName(assembly)));
        File.WriteAllText(Path.Combine(plugin, $"{Path.GetFileNameWithoutExtension(assembly)}.deps.json"), Dependencies);
        using var model = Open();
        return Add("imu", path => PackageBuilder.Build(ModalityProject.Open(RepositoryFolder.At("modalities/OnePeace.Modalities.Imu")), plugin, model, path).Hash);
    }

    private BenchmarkPackage Add(string name, Func<string, string> write)
    {
        var path = At($"{name}.opm");
        var hash = write(path);
        _paths[hash] = path;
        return new BenchmarkPackage(name, hash, path);
    }
}
