using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Files;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Hosting;

/// <summary>A model with pictures only, and packages of the text plugin for it, in a store.</summary>
internal sealed class TestPackages : IDisposable
{
    private readonly Plugins.TemporaryFolder _folder = new();
    private readonly PluginCatalogue _catalogue = PluginCatalogue.BesideExecutable();

    public TestPackages()
    {
        Model = Path.Combine(_folder.Path, "model");
        ModelGenerator.Create(new GeneratedModel("tiny", TestEngines.Shape, [(_catalogue.Get("image"), new ModalityOptions(new JsonObject { ["bucket_size"] = 4 }))]), Model);
        Store = new ContentStore(Path.Combine(_folder.Path, "packages"));
    }

    public string Model { get; }

    public ContentStore Store { get; }

    /// <summary>Where plugins are laid out.</summary>
    public string Work => Path.Combine(_folder.Path, "work");

    public Task<EncodingEngine> StartAsync(ResidencyOptions? residency = null, Func<string, string?>? find = null) => EncodingEngine.LoadAsync(Model, _catalogue, new EngineOptions
    {
        Device = "cpu",
        Packages = new(find ?? Store.Find, Work) { Patience = TimeSpan.FromSeconds(20) },
        Residency = residency ?? new(),
    });

    /// <summary>Makes a package of the text plugin and puts it into the store.</summary>
    /// <param name="seed">Of its weights: versions with other seeds answer otherwise.</param>
    /// <param name="change">Spoils the manifest.</param>
    /// <returns>Its hash.</returns>
    public async Task<string> AddAsync(string version = "1.0.0", int seed = 1, Func<ModalityManifest, ModalityManifest>? change = null)
    {
        var path = Path.Combine(_folder.Path, $"{version}-{seed}.opm");
        Write(path, version, seed, change ?? (manifest => manifest));
        await using var file = File.OpenRead(path);
        return await Store.AddAsync(file, long.MaxValue, default);
    }

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    private void Write(string path, string version, int seed, Func<ModalityManifest, ModalityManifest> change)
    {
        using var source = ModelSources.Open(Model);
        using var core = ModelLoader.LoadCore(source, CPU, ScalarType.Float32);
        var plugin = _catalogue.Get("text");
        var options = plugin.CompleteOptions(new ModalityOptions(new JsonObject { ["vocabulary"] = 50_264 }), new Dictionary<string, long[]>());
        using var module = new ModalityModule(plugin, core.Shape, options);
        module.InitialiseParameters(seed);
        module.eval();
        var weights = Path.Combine(_folder.Path, "weights.safetensors");
        SafetensorsWriter.Write(weights, module.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter));
        var canary = Encoding.UTF8.GetBytes("a canary sings");
        var folder = Path.Combine(_catalogue.Folder, "text");
        var manifest = new ModalityManifest
        {
            Format = 1,
            Name = "text",
            Version = version,
            MediaTypes = [.. plugin.MediaTypes],
            Assembly = "plugin/OnePeace.Modalities.Text.dll",
            Contract = typeof(IModality).Assembly.GetName().Version!.ToString(2),
            Core = new CoreBinding(source.CoreHash, CoreShapes.ToJson(source.Shape)),
            Options = options.ToJson(),
            Parameters = module.parameters().Sum(p => p.numel()),
            WeightBytes = module.parameters().Sum(p => p.numel() * sizeof(float)),
            Cost = new TokenCost(5, 100),
            Canaries = [new Canary("canaries/a.txt", Vector(core, module, options, canary))],
            Files = new Dictionary<string, PackagedFile>(),
        };
        PackageWriter.Write(path, change(manifest),
        [
            .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => PackageEntry.FromFile("plugin/" + Path.GetRelativePath(folder, file), file)),
            PackageEntry.FromBytes("canaries/a.txt", canary),
            PackageEntry.FromFile("weights.safetensors", weights),
        ]);
    }

    private static string Vector(TransformerCore core, ModalityModule module, ModalityOptions options, byte[] input)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        core.eval();
        var prepared = module.Modality.CreatePreprocessor(options).PrepareAsync(new RawInput(input), default).AsTask().GetAwaiter().GetResult();
        var vector = Embeddings.Of(core, [new SegmentInput(module, new ModalityBatch(BatchAssembly.Stack([prepared])))]);
        return Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector.data<float>().ToArray()));
    }
}
