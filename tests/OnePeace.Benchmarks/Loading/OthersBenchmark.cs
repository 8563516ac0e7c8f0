using System.Diagnostics;
using OnePeace.Engine;
using OnePeace.Engine.Residency;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Loading;

/// <summary>How long others' requests take while packages are attached, evicted, loaded again and detached without a pause, against windows of the same run in which nothing is loaded.</summary>
internal static class OthersBenchmark
{
    private const int Pairs = 8, Packages = 6;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5), Settling = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(BenchmarkReport report)
    {
        using var packages = new BenchmarkPackages(ResidencyBenchmark.Shape, ScalarType.BFloat16);
        var copies = packages.Copies(Packages);
        await using var engine = await StartAsync(packages, copies[0]);
        var load = new SteadyLoad(engine);
        await using var callers = load.Start();
        await Task.Delay(2 * Settling);
        var changes = 0;
        for (var window = 0; window < 2 * Pairs; window++)
        {
            var busy = window % 2 == 1;
            using var end = new CancellationTokenSource(Settling + Window);
            var motion = busy ? LoadAsync(engine, copies, end.Token) : StayAsync(engine, copies[0], end.Token);
            await Task.Delay(Settling);
            load.Windows.Begin(busy);
            changes += await motion;
            load.Windows.End();
        }
        Report(report, load.Windows, changes);
    }

    /// <summary>Room for the model's own and three packages, of which the first stays.</summary>
    private static async Task<EncodingEngine> StartAsync(BenchmarkPackages packages, BenchmarkPackage first)
    {
        var sizes = await ResidencyBenchmark.SizesAsync(packages, first);
        var engine = await packages.StartAsync(new ResidencyOptions { BudgetBytes = sizes.Own + (3 * sizes.Package), Pinned = ["text", "image", first.Name] });
        await AttachAsync(engine, first);
        return engine;
    }

    /// <summary>Each round: one attached, three that need one another's room used, the oldest detached.</summary>
    private static async Task<int> LoadAsync(EncodingEngine engine, IReadOnlyList<BenchmarkPackage> packages, CancellationToken end)
    {
        var attached = new Queue<BenchmarkPackage>();
        var changes = 0;
        for (var next = 0; !end.IsCancellationRequested; next++)
        {
            var package = packages[1 + (next % (packages.Count - 1))];
            await AttachAsync(engine, package);
            attached.Enqueue(package);
            foreach (var other in attached) await EncodeAsync(engine, other.Name, BenchmarkPackages.Sample);
            if (attached.Count == packages.Count - 2) await DetachAsync(engine, attached.Dequeue());
            changes++;
        }
        foreach (var package in attached) await DetachAsync(engine, package);
        return changes;
    }

    /// <summary>As many requests of packages, or more, but of one that is loaded.</summary>
    private static async Task<int> StayAsync(EncodingEngine engine, BenchmarkPackage package, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await EncodeAsync(engine, package.Name, BenchmarkPackages.Sample);
            await Task.Delay(50, CancellationToken.None);
        }
        return 0;
    }

    private static async Task AttachAsync(EncodingEngine engine, BenchmarkPackage package)
    {
        await engine.Packages!.StageAsync(package.Hash, default);
        engine.Packages.Activate(package.Hash);
    }

    private static async Task DetachAsync(EncodingEngine engine, BenchmarkPackage package)
    {
        engine.Packages!.Withdraw(package.Hash);
        while (engine.Packages.Versions.Any(version => version.Hash == package.Hash)) await Task.Delay(5);
    }

    internal static Task EncodeAsync(EncodingEngine engine, string modality, byte[] input) => engine.EncodeAsync(new EncodeWork([new([new(modality, input)])]), CancellationToken.None);

    private static void Report(BenchmarkReport report, MeasuredWindows windows, int changes)
    {
        report.Add("others", $"Others' requests, {Pairs} pairs of windows of {Window.TotalSeconds:0} s; {changes} packages attached, used, evicted, loaded again and detached",
            ["modality", "quiet p50 ms", "loading p50 ms", "quiet p99 ms", "loading p99 ms", "p99 ratio of all", "p99 ratio, median of pairs", "least", "most", "requests", "failures"],
            windows.Modalities.Select(modality => Row(windows, modality)));
        report.Add("others_pauses", "Pauses of all managed threads for garbage collections", ["windows", "ms a second"], [["quiet", windows.Pauses(busy: false)], ["loading", windows.Pauses(busy: true)]]);
    }

    private static object[] Row(MeasuredWindows windows, string modality)
    {
        Timings quiet = windows.All(modality, busy: false), busy = windows.All(modality, busy: true);
        var ratios = windows.Ratios(modality);
        return
        [
            modality, quiet.Percentile(50), busy.Percentile(50), quiet.Percentile(99), busy.Percentile(99), busy.Percentile(99) / quiet.Percentile(99),
            Timings.Median(ratios), ratios.Min(), ratios.Max(), quiet.Count + busy.Count, windows.Failures(modality),
        ];
    }
}
