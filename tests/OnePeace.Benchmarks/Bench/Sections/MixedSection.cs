namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>All modalities in turn over HTTP, against what the single ones would give in the same shares.</summary>
internal static class MixedSection
{
    private const double LeastShare = 0.95;

    public static async Task RunAsync(BenchRun run)
    {
        if (run.Modalities.Count < 2) return;
        var rates = new List<double>();
        foreach (var modality in run.Modalities) rates.Add((await run.BestAsync(modality)).Rate);
        var measures = new Interleaved();
        for (var i = 0; i < rates.Count; i++)
        {
            var (modality, rate) = (run.Modalities[i], rates[i]);
            measures.Add(modality, () => HttpSection.RateAsync(run, modality, Load.Saturating(rate, run.Options.Window), []));
        }
        measures.Add(Load.Mixed, () => HttpSection.RateAsync(run, Load.Mixed, Load.Saturating(Load.Harmonic(rates), run.Options.Window), []));
        var found = await measures.RunAsync(run.Options.Repeats, run.End);
        var expected = new Samples([.. Enumerable.Range(0, run.Options.Repeats).Select(repeat => Load.Harmonic(run.Modalities.Select(modality => found[modality].Values[repeat])))]);
        run.Report.Table("mixed", "Streams at saturation, over HTTP", ["stream", "items/s", "from", "to"],
            found.Append(new("single ones in turn", expected)).Select(pair => new object[] { pair.Key, pair.Value.Median, pair.Value.From, pair.Value.To }));
        run.Report.Figures("mixed", new Figure("mixed stream over the weighted single-modality rate", Bar.AtLeast(LeastShare), found[Load.Mixed].Over(expected)));
    }
}
