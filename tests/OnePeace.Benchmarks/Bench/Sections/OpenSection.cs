using System.Diagnostics;
using OnePeace.Benchmarks.Serving;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>Requests that come as they come (Poisson), at shares of what saturates: below it, near it, and twice as many.</summary>
internal static class OpenSection
{
    private const double MostSpread = 2, LeastGoodput = 0.95, LongestRefusal = 10, Requests = 300;
    private const string Peak = "peak";
    private static readonly double[] Loads = [0.7, 0.9, 2.0];
    private static readonly string[] Columns = ["stream", "load %", "asked/s", "answered/s", "p50 ms", "p99 ms", "p99/p50", "sent late p99 ms", "refused", "refusals p99 ms"];

    public static async Task RunAsync(BenchRun run)
    {
        var (rows, figures) = (new List<object[]>(), new List<Figure>());
        List<string> streams = [.. run.Modalities];
        if (streams.Count > 1) streams.Add(Load.Mixed);
        foreach (var stream in streams)
        {
            var peak = await SaturationAsync(run, stream);
            var seen = Loads.ToDictionary(load => load, _ => new List<OpenFigures>());
            var measures = new Interleaved().Add(Peak, () => HttpSection.RateAsync(run, stream, Load.Saturating(peak, run.Options.Window), []));
            foreach (var load in Loads)
                measures.Add($"{load}", async () => { seen[load].Add(await MeasureAsync(run, stream, peak, load)); return seen[load][^1].Answered; });
            var found = await measures.RunAsync(run.Options.Repeats, run.End);
            foreach (var (load, times) in seen) rows.Add(Row(run, stream, load, peak * load, times));
            figures.Add(new Figure($"{stream}: p99 over p50 at {100 * Loads[0]:0} % load", Bar.AtMost(MostSpread), Of(seen[Loads[0]], one => one.Late / one.Median)));
            if (await GreedyAsync(run, stream, Loads[0] * peak) is { } greedy) figures.Add(greedy);
            figures.Add(new Figure($"{stream}: answered at {100 * Loads[^1]:0} % load over the peak", Bar.AtLeast(LeastGoodput), found[$"{Loads[^1]}"].Over(found[Peak])));
            if (Refusing(seen[Loads[^1]]) is { Count: > 0 } refusing) figures.Add(new Figure($"{stream}: ms until a refusal is there (p99; {refusing.Count} of {seen[Loads[^1]].Count} repeats had any)", Bar.AtMost(LongestRefusal), Of(refusing, one => one.Refusal)));
        }
        var wait = (await run.PlatformAsync()).LongestWait.TotalSeconds;
        run.Report.Table("open", FormattableString.Invariant($"Open load over HTTP, each request timed from when it was due; the peak is what callers that wait reach; the server runs with --longest-wait {wait:0.0}"), Columns, rows);
        run.Report.Figures("open", figures);
    }

    private static List<OpenFigures> Refusing(IEnumerable<OpenFigures> seen) => [.. seen.Where(one => one.Refused > 0)];

    private static Samples Of(IEnumerable<OpenFigures> seen, Func<OpenFigures, double> figure) => new([.. seen.Select(figure)]);

    /// <summary>As the section over HTTP found it, or measured now.</summary>
    private static async Task<double> SaturationAsync(BenchRun run, string stream)
    {
        if (run.Saturation.TryGetValue(stream, out var known)) return known;
        var expected = stream == Load.Mixed ? Load.Harmonic(run.Modalities.Select(modality => run.Saturation[modality])) : (await run.BestAsync(stream)).Rate;
        return run.Saturation[stream] = await HttpSection.RateAsync(run, stream, Load.Saturating(expected, run.Options.Window), []);
    }

    private static async Task<OpenFigures> MeasureAsync(BenchRun run, string stream, double peak, double load)
    {
        var platform = await run.PlatformAsync();
        var window = TimeSpan.FromSeconds(Math.Clamp(Requests / (peak * load), 2 * run.Options.Window.TotalSeconds, 12 * run.Options.Window.TotalSeconds));
        var requests = new RequestStream(stream, peak * load, (turn, end) => platform.AskAsync(HttpSection.Modality(run, stream, turn), run.NextNumber(), end));
        double rate;
        var open = OpenLoad.Start(platform.Expected with { Patience = platform.Expected.Patience + (3 * window) }, requests);
        await using (open)
        {
            await Task.Delay(load > 1 ? platform.LongestWait : window / 10, run.End);   // until it is as it stays
            open.Windows.Begin(busy: true);
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(window, run.End);
            rate = open.Answers.Rate(start, Stopwatch.GetTimestamp());
            open.Windows.End();
        }
        run.Failed(open.Windows.Failures(stream));
        var timings = open.Windows.All(stream, busy: true);
        return new OpenFigures(rate, timings.Percentile(50), timings.Percentile(99), open.Late.Percentile(99), open.Refusals.Count, open.Refusals.Percentile(99));
    }

    /// <summary>What chance alone makes of it: requests do not come evenly, and batches of other sizes take other times.</summary>
    private static async Task<Figure?> GreedyAsync(BenchRun run, string stream, double rate)
    {
        if (stream == Load.Mixed || await run.BestAsync(stream) is not { Items: > 1 } best) return null;
        var alone = await run.Bare().RateAsync(stream, await run.PrepareAsync(stream, 1), run.Options.Window);
        var (median, late) = GreedyQueue.Of(alone, best).Latencies(Math.Min(rate, Loads[0] * best.Rate));
        return new Figure($"{stream}: p99 over p50 at {100 * Loads[0]:0} % load where nothing but batches takes time (calculated; p50 {median:0} ms)", null, new Samples([late / median]));
    }

    private static object[] Row(BenchRun run, string stream, double load, double asked, IReadOnlyList<OpenFigures> times)
    {
        var (answered, median, late) = (Of(times, one => one.Answered).Median, Of(times, one => one.Median).Median, Of(times, one => one.Late).Median);
        run.Report.Loads.Add(new LoadedAnswers(stream, 100 * load, asked, answered, median, late));
        return
        [
            stream, $"{100 * load:0}", asked, answered, median, late, Of(times, one => one.Late / one.Median).Median,
            Of(times, one => one.Sending).Median, times.Sum(one => one.Refused), Refusing(times) is { Count: > 0 } refusing ? Of(refusing, one => one.Refusal).Median : double.NaN,
        ];
    }

    /// <param name="Answered">A second.</param>
    /// <param name="Sending">How late requests were sent, p99.</param>
    private sealed record OpenFigures(double Answered, double Median, double Late, double Sending, int Refused, double Refusal);
}
