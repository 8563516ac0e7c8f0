using BenchmarkDotNet.Attributes;
using OnePeace.Engine;
using OnePeace.Engine.Plugins;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Benchmarks;

/// <summary>The engine with one slot on one torch thread: encoded bytes in, unit vectors out; decoding, queue and batching included.</summary>
public class EngineBenchmarks
{
    private EncodingEngine? _engine;
    private PluginCatalogue? _plugins;
    private EncodeWork? _work;
    private DirectoryInfo? _folder;

    [Params("text", "image", "audio")]
    public string Modality { get; set; } = "text";

    [Params("small", "base")]
    public string Size { get; set; } = "small";

    [Params(1, 8)]
    public int Batch { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _plugins = PluginCatalogue.BesideExecutable();
        _folder = Directory.CreateTempSubdirectory("onepeace-bench-");
        var path = Path.Combine(_folder.FullName, "model");
        ModelGenerator.Create(GeneratedModel.Read(RawInputs.Recipe(Size), _plugins.Get), path);
        _engine = await EncodingEngine.LoadAsync(path, _plugins, new EngineOptions { Device = "cpu", TorchThreads = 1 }, [Modality]);
        _work = new EncodeWork([.. Enumerable.Range(0, Batch).Select(i => new EncodeItem([new EncodePart(Modality, RawInputs.Of(Modality, i))]))]);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        _plugins?.Dispose();
        _folder?.Delete(recursive: true);
    }

    [Benchmark]
    public async Task<int> Encode() => (await _engine!.EncodeAsync(_work!, CancellationToken.None)).Count;
}
