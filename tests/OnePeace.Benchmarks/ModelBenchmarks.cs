using BenchmarkDotNet.Attributes;
using OnePeace.Modalities;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks;

/// <summary>The bare model on one torch thread: prepared tensors in, unit vectors out. Divide the batch by the time for items per second.</summary>
public class ModelBenchmarks
{
    private BenchmarkModel? _stored;
    private OnePeaceModel? _model;
    private Dictionary<string, Tensor> _inputs = [];

    [Params("text", "image", "audio")]
    public string Modality { get; set; } = "text";

    [Params("small", "base")]
    public string Size { get; set; } = "small";

    [Params(1, 8)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        _stored = new BenchmarkModel(Size);
        _model = _stored.Load(Modality);
        _inputs = BenchmarkModel.Inputs(Modality, Batch);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var tensor in _inputs.Values) tensor.Dispose();
        _model?.Dispose();
        _stored?.Dispose();
    }

    [Benchmark]
    public float Embed()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        return _model!.Embed(Modality, new ModalityBatch(_inputs))[0, 0].item<float>();
    }
}
