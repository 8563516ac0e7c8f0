using System.Diagnostics;
using OnePeace.Engine;
using OnePeace.Engine.Residency;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Forty modalities, a budget for eight of them, and callers of whom each asks for the k-th most popular one with a share of 1/k.</summary>
internal static class ResidencyBenchmark
{
    private const int Modalities = 40, Places = 8, Callers = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(BenchmarkReport report)
    {
        using var packages = new BenchmarkPackages(Shape, ScalarType.BFloat16);
        var copies = packages.Copies(Modalities);
        var (own, each) = await SizesAsync(packages, copies[0]);
        using var probe = new ResidencyProbe();
        await using var engine = await packages.StartAsync(new ResidencyOptions { BudgetBytes = own + (Places * each), Pinned = ["text", "image"] });
        foreach (var package in copies)
        {
            await engine.Packages!.StageAsync(package.Hash, default);
            engine.Packages.Activate(package.Hash);
        }
        probe.Reset();
        var before = ProcessMemory.Now();
        var load = new SkewedLoad(engine, copies, probe);
        ProcessMemory memory;
        await using (memory = new ProcessMemory()) await load.RunAsync(Callers, Duration);
        Report(report, load, probe, each, before, memory.Peak);
    }

    /// <summary>25 MB a package as stored, 50 MB on the device.</summary>
    internal static CoreShape Shape { get; } = new() { Width = 256, Heads = 4, Layers = 4, ExpertWidth = 4096, LayerScaleInit = 0.5 };

    /// <summary>What the model's own modalities and one package take on the device.</summary>
    internal static async Task<(long Own, long Package)> SizesAsync(BenchmarkPackages packages, BenchmarkPackage package)
    {
        await using var engine = await packages.StartAsync(new ResidencyOptions());
        await engine.Packages!.StageAsync(package.Hash, default);
        engine.Packages.Activate(package.Hash);
        var modalities = engine.Describe().Modalities;
        return (modalities.Where(m => m.IsOfModel).Sum(m => m.WeightBytes), modalities.Single(m => m.Name == package.Name).WeightBytes);
    }

    private static void Report(BenchmarkReport report, SkewedLoad load, ResidencyProbe probe, long each, (double Anonymous, double Files) before, (double Anonymous, double Files) peak)
    {
        var requests = load.Hits.Count + load.Misses.Count;
        report.Add("residency", $"{Modalities} modalities of {each / 1e6:0} MB, room for {Places}, Zipf law with s = 1, {Callers} callers, {Duration.TotalSeconds:0} s", ["figure", "value"],
        [
            ["requests/s", requests / Duration.TotalSeconds],
            ["failures", load.Failures],
            ["weights there when asked for, %", 100.0 * load.Hits.Count / requests],
            ["there or already on their way, %", 100 * (1 - ((double)probe.Loads.Count / requests))],
            ["best static choice of 8 under the law, %", 100 * new ZipfLaw(Modalities).BestStaticHitRate(Places)],
            ["least recently used, simulated on the same requests, %", 100 * ZipfLaw.LeastRecentlyUsedHitRate(load.Trace, Places)],
            ["evictions", probe.Evictions],
            ["loads", probe.Loads.Count],
            ["load, p50 ms", probe.Loads.Percentile(50)],
            ["load, p99 ms", probe.Loads.Percentile(99)],
            ["request that hits, p50 ms", load.Hits.Percentile(50)],
            ["request that hits, p99 ms", load.Hits.Percentile(99)],
            ["request that misses, p50 ms", load.Misses.Percentile(50)],
            ["request that misses, p99 ms", load.Misses.Percentile(99)],
            ["memory allocated before, MB", before.Anonymous],
            ["memory allocated at most, MB", peak.Anonymous],
            ["memory mapped from files at most, MB", peak.Files],
        ]);
    }

    /// <summary>The callers, and what they saw.</summary>
    private sealed class SkewedLoad(EncodingEngine engine, IReadOnlyList<BenchmarkPackage> packages, ResidencyProbe probe)
    {
        private readonly ZipfLaw _law = new(packages.Count);
        private readonly byte[] _sample = BenchmarkPackages.Sample;
        private int _failures;

        public Timings Hits { get; } = new();

        public Timings Misses { get; } = new();

        /// <summary>What was asked for, in that order.</summary>
        public List<int> Trace { get; } = [];

        public int Failures => _failures;

        public Task RunAsync(int callers, TimeSpan duration)
        {
            var start = Stopwatch.GetTimestamp();
            return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var random = new Random(caller);
                while (Stopwatch.GetElapsedTime(start) < duration) await AskAsync(_law.Draw(random));
            })));
        }

        private async Task AskAsync(int index)
        {
            lock (Trace) Trace.Add(index);
            var asked = probe.Follow();
            var start = Stopwatch.GetTimestamp();
            try
            {
                await engine.EncodeAsync(new EncodeWork([new([new(packages[index].Name, _sample)])]), CancellationToken.None);
                (asked.Hit ? Hits : Misses).Add(Stopwatch.GetElapsedTime(start));
            }
            catch (Exception e)
            {
                if (Interlocked.Increment(ref _failures) == 1) Console.Error.WriteLine(e);
            }
        }
    }
}
