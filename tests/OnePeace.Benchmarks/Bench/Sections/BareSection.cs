namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>A plain loop over the model by batch and data type, and from encoded bytes.</summary>
internal static class BareSection
{
    private const double LeastGain = 1.6;
    private const string Decoded = "from bytes";
    private static readonly string[] Columns = ["modality", "type", "batch", "items/s", "from", "to"];

    public static async Task RunAsync(BenchRun run)
    {
        var rows = new List<object[]>();
        var figures = new List<Figure>();
        foreach (var modality in run.Modalities) figures.AddRange(await MeasureAsync(run, modality, rows));
        run.Report.Table("bare", "The bare model: a loop over one batch that lies ready; from bytes: over inputs that are decoded one batch ahead on another thread", Columns, rows);
        run.Report.Figures("bare", figures);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(BenchRun run, string modality, List<object[]> rows)
    {
        var usual = await run.BestAsync(modality);
        var measures = new Interleaved().Add(Decoded, () => run.DecodedRateAsync(modality, usual.Items));
        foreach (var type in run.DataTypes)
        {
            foreach (var items in Load.Batches(modality).Where(items => Load.IsWorth(items, usual.Rate, run.Options.Window)))
            {
                var batch = await run.PrepareAsync(modality, items);
                measures.Add(Name(type, items), () => run.Bare(type).RateAsync(modality, batch, run.Options.Window));
            }
        }
        var found = await measures.RunAsync(run.Options.Repeats, run.End);
        foreach (var type in run.DataTypes) Report(run, modality, type, found, rows);
        rows.Add(Row(modality, $"{run.DataTypes[0]}, {Decoded}", usual.Items, found[Decoded]));
        run.Report.Rates.Add(new PathRate(modality, $"bare, {Decoded}", found[Decoded]));
        var gains = new List<Figure>();
        foreach (var type in run.DataTypes.Skip(1)) gains.Add(await GainAsync(run, modality, type, found));
        return gains;
    }

    private static void Report(BenchRun run, string modality, string type, IReadOnlyDictionary<string, Samples> found, List<object[]> rows)
    {
        var batches = Load.Batches(modality).Where(items => found.ContainsKey(Name(type, items))).ToList();
        rows.AddRange(batches.Select(items => Row(modality, type, items, found[Name(type, items)])));
        var best = batches.MaxBy(items => found[Name(type, items)].Median);
        run.Found(modality, type, new StaticBatch(best, found[Name(type, best)].Median));
        run.Report.Rates.Add(new PathRate(modality, $"bare, {type}", found[Name(type, best)]));
    }

    private static async Task<Figure> GainAsync(BenchRun run, string modality, string second, IReadOnlyDictionary<string, Samples> found)
    {
        var first = run.DataTypes[0];
        Samples Of(string type, StaticBatch best) => found[Name(type, best.Items)];
        var gain = Of(second, await run.BestAsync(modality, second)).Over(Of(first, await run.BestAsync(modality, first)));
        return new Figure($"{modality}: {second} over {first}, each at its best batch", (first, second) is ("float32", "bfloat16") ? Bar.AtLeast(LeastGain) : null, gain);
    }

    private static string Name(string type, int items) => $"{type} {items}";

    private static object[] Row(string modality, string type, int items, Samples rate) => [modality, type, items, rate.Median, rate.From, rate.To];
}
