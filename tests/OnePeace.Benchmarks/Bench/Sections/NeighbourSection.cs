using OnePeace.Benchmarks.Loading;
using OnePeace.Benchmarks.Serving;
using OnePeace.Engine;

namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>What a quiet tenant notices of a neighbour that asks ten times as much. In the engine, which knows tenants; a server has one key so far.</summary>
internal static class NeighbourSection
{
    private const double Quiet = 0.07, Louder = 10, MostRatio = 1.5, Requests = 200;
    private const string QuietName = "quiet", LoudName = "loud";

    public static async Task RunAsync(BenchRun run)
    {
        var modality = run.Modalities[0];
        var rate = Quiet * await run.DecodedRateAsync(modality);
        var timings = new Dictionary<string, List<Timings>> { ["alone"] = [], ["beside"] = [] };
        var found = await new Interleaved()
            .Add("alone", () => MeasureAsync(run, modality, rate, loud: false, timings["alone"]))
            .Add("beside", () => MeasureAsync(run, modality, rate, loud: true, timings["beside"]))
            .RunAsync(run.Options.Repeats, run.End);
        run.Report.Table("neighbour", FormattableString.Invariant($"A quiet tenant's {modality} requests in the engine, {rate:0.0} a second, alone and beside a tenant with {Louder:0} times as many"),
            ["quiet tenant", "p50 ms", "p99 ms", "requests"], timings.Select(pair => Row(pair.Key, Timings.Of(pair.Value))));
        run.Report.Figures("neighbour", new Figure($"{modality}: quiet tenant's p99 beside the neighbour over alone", Bar.AtMost(MostRatio), found["beside"].Over(found["alone"])));
    }

    private static object[] Row(string name, Timings all) => [name, all.Percentile(50), all.Percentile(99), all.Count];

    /// <returns>The quiet tenant's p99 in milliseconds.</returns>
    private static async Task<double> MeasureAsync(BenchRun run, string modality, double rate, bool loud, List<Timings> timings)
    {
        var engine = await run.EngineAsync();
        var window = TimeSpan.FromSeconds(Math.Clamp(Requests / rate, 2 * run.Options.Window.TotalSeconds, 12 * run.Options.Window.TotalSeconds));
        List<RequestStream> streams = [Stream(QuietName, rate)];
        if (loud) streams.Add(Stream(LoudName, Louder * rate));
        var load = OpenLoad.Start(new ExpectedAnswers(run.Source.Shape.Width) { Patience = 3 * window }, streams);
        await using (load)
        {
            await Task.Delay(window / 10, run.End);
            load.Windows.Begin(busy: loud);
            await Task.Delay(window, run.End);
            load.Windows.End();
        }
        run.Failed(load.Windows.Modalities.Sum(load.Windows.Failures));
        timings.Add(load.Windows.All(QuietName, loud));
        return timings[^1].Percentile(99);

        RequestStream Stream(string tenant, double perSecond) => new(tenant, perSecond, async (_, end) =>
        {
            var work = new EncodeWork([new EncodeItem([new EncodePart(modality, BenchInputs.Of(modality, run.NextNumber()))])]) { Tenant = tenant };
            return [.. (await engine.EncodeAsync(work, end)).Select(embedding => embedding.Vector)];
        });
    }
}
