using BenchmarkDotNet.Attributes;
using OnePeace.Engine;

namespace OnePeace.Benchmarks;

/// <summary>The engine with one slot on one torch thread: encoded bytes in, unit vectors out; decoding, queue and batching included.</summary>
public class EngineBenchmarks
{
    private EncodingEngine? _engine;
    private BenchmarkModel? _model;
    private EncodeWork? _work;

    [Params("text", "image", "audio")]
    public string Modality { get; set; } = "text";

    [Params("small", "base")]
    public string Size { get; set; } = "small";

    [Params(1, 8)]
    public int Batch { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _model = new BenchmarkModel(Size);
        _engine = await EncodingEngine.LoadAsync(_model.Path, _model.Plugins, new EngineOptions { Device = "cpu", TorchThreads = 1 }, [Modality]);
        _work = new EncodeWork([.. Enumerable.Range(0, Batch).Select(i => new EncodeItem([new EncodePart(Modality, RawInputs.Of(Modality, i))]))]);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        _model?.Dispose();
    }

    [Benchmark]
    public async Task<int> Encode() => (await _engine!.EncodeAsync(_work!, CancellationToken.None)).Count;
}
