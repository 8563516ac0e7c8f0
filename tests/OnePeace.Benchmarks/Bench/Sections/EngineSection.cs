using OnePeace.Benchmarks.Loading;
using OnePeace.Engine;
using OnePeace.Engine.Batching;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>The engine in this process, asked by many callers with one input each.</summary>
internal static class EngineSection
{
    private const double LeastShare = 0.97, MostAdded = 1.5, MostWaste = 2;
    private static readonly string[] Columns = ["modality", "callers", "items/s", "from", "to", "p50 ms", "p99 ms"];

    public static async Task RunAsync(BenchRun run)
    {
        var (rows, figures) = (new List<object[]>(), new List<Figure>());
        foreach (var modality in run.Modalities)
        {
            var (timings, busy) = (new List<Timings>(), new List<double>());
            var measures = new Interleaved().Add("bare", () => run.BareRateAsync(modality)).Add("decoded", () => run.DecodedRateAsync(modality)).Add("engine", () => RateAsync(run, modality, timings, busy));
            var found = await measures.RunAsync(run.Options.Repeats, run.End);
            var (callers, all) = ((await FillingAsync(run, modality)).Callers, Timings.Of(timings));
            rows.Add([modality, callers, found["engine"].Median, found["engine"].From, found["engine"].To, all.Percentile(50), all.Percentile(99)]);
            run.Report.Rates.Add(new PathRate(modality, "engine", found["engine"]));
            figures.Add(new Figure($"{modality}: engine over the bare loop at its best batch", Bar.AtLeast(LeastShare), found["engine"].Over(found["bare"])));
            figures.Add(new Figure($"{modality}: engine over the bare loop from bytes", null, found["engine"].Over(found["decoded"])));
            figures.Add(new Figure($"{modality}: % of the engine's time in which its slot computes a batch", null, new(busy)));
            figures.Add(new Figure($"{modality}: ms that one caller waits longer (p50) than for the bare call from bytes", Bar.AtMost(MostAdded), await AddedAsync(run, modality)));
        }
        if (run.Modalities.Contains("text")) figures.Add(new Figure("mixed lengths of text: padding, % of all tokens", Bar.AtMost(MostWaste), await WasteAsync(run)));
        run.Report.Table("engine", "The engine, in this process", Columns, rows);
        run.Report.Figures("engine", figures);
    }

    /// <summary>The engine's share of the bare loop, once.</summary>
    public static async Task<double> ShareAsync(BenchRun run, string modality)
    {
        var bare = await run.BareRateAsync(modality);
        return await RateAsync(run, modality, [], []) / bare;
    }

    /// <summary>Padding in % of all tokens that are computed, while callers send texts of 4 to 68 words.</summary>
    public static async Task<double> WastedAsync(BenchRun run)
    {
        using var meter = new EngineMeter();
        await LoadAsync(run, "text", BenchInputs.MixedText, Load.Saturating((await run.BestAsync("text")).Rate, run.Options.Window));
        return meter.PaddingPercent;
    }

    private static async Task<Samples> WasteAsync(BenchRun run) =>
        (await new Interleaved().Add("waste", () => WastedAsync(run)).RunAsync(run.Options.Repeats, run.End))["waste"];

    private static async Task<double> RateAsync(BenchRun run, string modality, List<Timings> timings, List<double> busy)
    {
        await run.EngineAsync();
        var asked = await FillingAsync(run, modality);
        using var meter = new EngineMeter();
        var load = await LoadAsync(run, modality, number => BenchInputs.Of(modality, number), asked);
        timings.Add(load.Timings);
        busy.Add(meter.BusyPercent);
        return load.Rate;
    }

    private static async Task<(Timings Timings, double Rate)> LoadAsync(BenchRun run, string modality, Func<int, byte[]> input, (int Callers, TimeSpan Window) asked)
    {
        var engine = await run.EngineAsync();
        var load = new ClosedLoad(asked.Callers, asked.Window);
        return (load.Timings, await load.RunAsync(_ => EncodeAsync(engine, modality, input(run.NextNumber()))));
    }

    /// <summary>So many callers that a whole batch waits while one is computed, the best or what the engine always lets into one: more make a window longer, in which the processor's speed changes more often.</summary>
    private static async Task<(int Callers, TimeSpan Window)> FillingAsync(BenchRun run, string modality)
    {
        var best = await run.BestAsync(modality);
        var tokens = (await run.PrepareAsync(modality, 1))[0].Tokens;
        var callers = 2 * Math.Max(best.Items, new BatchLimits().EfficientBatchTokens / tokens);
        return Load.WindowFor(callers, best.Rate, run.Options.Window) is { } window ? (callers, window) : Load.Saturating(best.Rate, run.Options.Window);
    }

    /// <summary>One caller and the bare call, in turn: the difference of their medians.</summary>
    private static async Task<Samples> AddedAsync(BenchRun run, string modality)
    {
        var engine = await run.EngineAsync();
        return await AddedCalls.MeasureAsync(run, modality, number => EncodeAsync(engine, modality, BenchInputs.Of(modality, number)));
    }

    private static Task EncodeAsync(EncodingEngine engine, string modality, byte[] input) =>
        engine.EncodeAsync(new EncodeWork([new EncodeItem([new EncodePart(modality, input)])]), CancellationToken.None);
}
