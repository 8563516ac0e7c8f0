using OnePeace.Modalities;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>ONNX Runtime on an export of the same model, with as many threads.</summary>
internal static class OnnxSection
{
    private const double LeastFloat = 1, LeastNarrow = 1.5;
    private static readonly string[] Columns = ["modality", "batch", "path", "items/s", "from", "to"];

    private static Bar? Least(string type) => type switch
    {
        "float32" => Bar.AtLeast(LeastFloat),
        "bfloat16" => Bar.AtLeast(LeastNarrow),
        _ => null,
    };

    public static async Task RunAsync(BenchRun run)
    {
        var (rows, figures) = (new List<object[]>(), new List<Figure>());
        foreach (var (modality, file) in run.Options.Onnx.Where(pair => run.Modalities.Contains(pair.Key)).OrderBy(pair => pair.Key))
        {
            using var peer = new OnnxPeer(file, run.Threads);
            var paths = new Dictionary<string, Samples>();
            foreach (var items in Load.Batches(modality))
            {
                var batch = await run.PrepareAsync(modality, items);
                var found = await MeasureAsync(run, modality, peer, batch);
                foreach (var (path, rate) in found)
                {
                    rows.Add([modality, items, path, rate.Median, rate.From, rate.To]);
                    if (!paths.TryGetValue(path, out var best) || best.Median < rate.Median) paths[path] = rate;
                }
            }
            run.Report.Rates.Add(new PathRate(modality, OnnxPeer.Name, paths[OnnxPeer.Name]));
            foreach (var type in run.DataTypes)
                figures.Add(new Figure($"{modality}: bare model, {type}, over ONNX Runtime, each at its best batch", Least(type), paths[type].Over(paths[OnnxPeer.Name])));
            var checkedInputs = await run.PrepareAsync(modality, 4);
            figures.Add(new Figure($"{modality}: least cosine to ONNX Runtime's vectors (near 1 where the weights are the same)", null,
                new([AloneSection.LeastCosineOf(await run.Bare().EncodeAsync(modality, checkedInputs), peer.Encode(checkedInputs))])));
        }
        if (rows.Count == 0)
        {
            Console.WriteLine("\nonnx: left out; give an ONNX export of the same weights with --onnx-text or --onnx-image.");
            return;
        }
        run.Report.Table("onnx", $"ONNX Runtime {OnnxPeer.Version} beside the bare model, {run.Threads} threads each", Columns, rows);
        run.Report.Figures("onnx", figures);
    }

    private static Task<IReadOnlyDictionary<string, Samples>> MeasureAsync(BenchRun run, string modality, OnnxPeer peer, IReadOnlyList<PreparedInput> batch)
    {
        var measures = new Interleaved().Add(OnnxPeer.Name, () => Task.Run(() => peer.Rate(batch, run.Options.Window)));
        foreach (var type in run.DataTypes) measures.Add(type, () => run.Bare(type).RateAsync(modality, batch, run.Options.Window));
        return measures.RunAsync(run.Options.Repeats, run.End);
    }
}
