using System.Diagnostics;
using OnePeace.Modalities.Layers.Packing;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>How fast this process multiplies matrices, and how much of that the bare model makes use of.</summary>
internal static class GemmSection
{
    private const double Giga = 1e9, LeastUse = 0.75;
    private static readonly int[] Sides = [512, 1024, 2048];

    public static async Task RunAsync(BenchRun run)
    {
        var (peaks, uses, figures) = (new List<object[]>(), new List<object[]>(), new List<Figure>());
        foreach (var type in run.DataTypes.Where(type => type != "int8"))   // of which experts are only a part
        {
            var measures = new Interleaved();
            foreach (var side in Sides) measures.Add($"{side}", () => PeakAsync(run, type, side));
            var modalities = run.Modalities.Where(modality => ForwardFlops.Of(modality, run.Source.Shape, 1) is not null).ToList();
            foreach (var modality in modalities) measures.Add(modality, () => run.BareRateAsync(modality, type));
            var found = await measures.RunAsync(run.Options.Repeats, run.End);
            var peak = Sides.Select(side => found[$"{side}"]).MaxBy(samples => samples.Median)!;
            foreach (var side in Sides) peaks.Add([type, side, found[$"{side}"].Median, found[$"{side}"].From, found[$"{side}"].To]);
            foreach (var modality in modalities)
            {
                var flops = await FlopsAsync(run, modality);
                var use = found[modality].Times(flops / Giga).Over(peak);
                uses.Add([modality, type, flops / Giga, found[modality].Median, found[modality].Median * flops / Giga]);
                figures.Add(new Figure($"{modality}, {type}: share of the peak (MFU)", modality == "image" && type == "float32" ? Bar.AtLeast(LeastUse) : null, use));
            }
        }
        run.Report.Table("gemm", "The peak: square matrices multiplied on as many threads as the model has", ["type", "side", "GFLOP/s", "from", "to"], peaks);
        run.Report.Table("forward", "A forward pass of the bare model at its best batch: matrix products and convolutions alone", ["modality", "type", "GFLOP an item", "items/s", "GFLOP/s"], uses);
        run.Report.Figures("gemm", figures);
    }

    private static async Task<double> FlopsAsync(BenchRun run, string modality)
    {
        var prepared = await run.PrepareAsync(modality, 1);
        return ForwardFlops.Of(modality, run.Source.Shape, prepared[0].Tokens)!.Value;
    }

    /// <returns>GFLOP a second.</returns>
    private static Task<double> PeakAsync(BenchRun run, string type, int side) => run.Thread.InferAsync(() =>
    {
        var computed = Transformer.Checkpoints.DataTypes.Parse(type);
        var left = randn(side, side).to(computed);                                             // [S, S]
        using var right = new PackedWeight(randn(side, side).to(computed), null);              // as the model's are: where torch's own multiplication is slow, this one is not
        right.Apply(left).Dispose();
        var (start, rounds) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(start) < run.Options.Window / 3; rounds++) right.Apply(left).Dispose();
        return rounds * 2.0 * side * side * side / Stopwatch.GetElapsedTime(start).TotalSeconds / Giga;
    });
}
