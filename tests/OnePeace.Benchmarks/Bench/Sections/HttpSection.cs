using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>The whole platform over HTTP, asked by callers that each wait for their answer.</summary>
internal static class HttpSection
{
    private const double LeastShare = 0.95, LeastSingle = 0.9, MostAdded = 1.5;
    private const string Decoded = "decoded", Largest = "decoded, largest batch";
    private static readonly string[] Columns = ["stream", "callers", "items/s", "from", "to", "p50 ms", "p99 ms"];

    public static async Task RunAsync(BenchRun run)
    {
        await run.PlatformAsync();
        var (rows, figures) = (new List<object[]>(), new List<Figure>());
        foreach (var modality in run.Modalities)
        {
            var bare = (await run.BestAsync(modality)).Rate;
            var baselines = new List<(string, Func<Task<double>>)> { (Decoded, () => run.DecodedRateAsync(modality)) };
            if (modality == "text") baselines.Add((Largest, () => run.DecodedRateAsync(modality, Load.Batches(modality)[^1])));
            var found = await MeasureAsync(run, modality, bare, baselines, rows);
            var best = Best(found);
            run.Report.Rates.Add(new PathRate(modality, "HTTP", best));
            figures.Add(new Figure($"{modality}: HTTP at saturation over the bare loop from bytes", Bar.AtLeast(LeastShare), best.Over(found[Decoded])));
            if (modality == "text" && found.TryGetValue($"{Load.Callers[^1]}", out var many))
                figures.Add(new Figure($"text: {Load.Callers[^1]} callers of one input over the largest batch from bytes", Bar.AtLeast(LeastSingle), many.Over(found[Largest])));
            var platform = await run.PlatformAsync();
            figures.Add(new Figure($"{modality}: ms that one caller waits longer (p50) than for the bare call from bytes", Bar.AtMost(MostAdded), await AddedCalls.MeasureAsync(run, modality, number => platform.AskAsync(modality, number, CancellationToken.None))));
        }
        if (run.Modalities.Count > 1) await MeasureAsync(run, Load.Mixed, Load.Harmonic(run.Modalities.Select(modality => run.Saturation[modality])), [], rows);
        run.Report.Table("http", "Over HTTP: a server in a process of its own, callers in this one, on the same processors; one input a request", Columns, rows);
        run.Report.Figures("http", figures);
    }

    /// <summary>The platform's share of the bare loop from bytes, once.</summary>
    public static async Task<double> ShareAsync(BenchRun run, string modality)
    {
        var bare = await run.DecodedRateAsync(modality);
        return await RateAsync(run, modality, Load.Saturating(bare, run.Options.Window), []) / bare;
    }

    /// <summary>Answers a second, and how long they took.</summary>
    public static async Task<double> RateAsync(BenchRun run, string stream, (int Callers, TimeSpan Window) asked, List<Timings> timings)
    {
        var platform = await run.PlatformAsync();
        var load = new ClosedLoad(asked.Callers, asked.Window);
        timings.Add(load.Timings);
        return await load.RunAsync(turn => platform.AskUntilAnsweredAsync(Modality(run, stream, turn), run.NextNumber(), CancellationToken.None));
    }

    /// <summary>The modality whose turn it is.</summary>
    public static string Modality(BenchRun run, string stream, int turn) => stream == Load.Mixed ? run.Modalities[turn % run.Modalities.Count] : stream;

    /// <param name="baselines">Each is taken beside the level that it is most often compared with: as little time as can be lies between the two.</param>
    private static async Task<IReadOnlyDictionary<string, Samples>> MeasureAsync(
        BenchRun run, string stream, double expected, IReadOnlyList<(string Name, Func<Task<double>> Measure)> baselines, List<object[]> rows)
    {
        var levels = Load.Callers.Where(callers => Load.WindowFor(callers, expected, run.Options.Window) is not null).ToDictionary(callers => callers, _ => new List<Timings>());
        var measures = new Interleaved();
        foreach (var (callers, timings) in levels)
        {
            if (callers == levels.Keys.Max() && baselines.Count > 0) measures.Add(baselines[0].Name, baselines[0].Measure);
            measures.Add($"{callers}", () => RateAsync(run, stream, (callers, Load.WindowFor(callers, expected, run.Options.Window)!.Value), timings));
        }
        foreach (var (name, measure) in baselines.Skip(1)) measures.Add(name, measure);
        var found = await measures.RunAsync(run.Options.Repeats, run.End);
        foreach (var (callers, timings) in levels)
        {
            var (rate, all) = (found[$"{callers}"], Timings.Of(timings));
            rows.Add([stream, callers, rate.Median, rate.From, rate.To, all.Percentile(50), all.Percentile(99)]);
        }
        foreach (var callers in Load.Callers.Except(levels.Keys)) rows.Add([stream, callers, "takes too long", "", "", "", ""]);
        run.Saturation[stream] = Best(found).Median;
        return found;
    }

    /// <summary>Of the levels of callers, whose names are numbers.</summary>
    private static Samples Best(IReadOnlyDictionary<string, Samples> found) =>
        found.Where(pair => int.TryParse(pair.Key, out _)).MaxBy(pair => pair.Value.Median).Value;
}
