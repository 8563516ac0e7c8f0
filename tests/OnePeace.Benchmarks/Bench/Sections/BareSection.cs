namespace OnePeace.Benchmarks.Bench.Sections;

/// <summary>A plain loop over the model by batch and data type, and from encoded bytes.</summary>
internal static class BareSection
{
    private static readonly string[] Columns = ["modality", "type", "batch", "items/s", "least", "most"];

    public static async Task RunAsync(BenchRun run)
    {
        var rows = new List<object[]>();
        var figures = new List<Figure>();
        foreach (var modality in run.Modalities) figures.AddRange(await MeasureAsync(run, modality, rows));
        run.Report.Table("bare", "The bare model: a loop over one batch that lies ready; from bytes: over inputs that are decoded one batch ahead on another thread", Columns, rows);
        run.Report.Figures("bare", figures);
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(BenchRun run, string modality, List<object[]> rows)
    {
        var measures = new Interleaved();
        var cells = new List<(string Name, string Type, int Items)>();
        foreach (var type in run.DataTypes)
        {
            var rate = (await run.BestAsync(modality, type)).Rate;
            foreach (var items in Load.Batches(modality).Where(items => Load.IsWorth(items, rate, run.Options.Window)))
            {
                var batch = await run.PrepareAsync(modality, items);
                cells.Add(($"{type} {items}", type, items));
                measures.Add(cells[^1].Name, () => run.Bare(type).RateAsync(modality, batch, run.Options.Window));
            }
        }
        const string decoded = "from bytes";
        measures.Add(decoded, () => run.DecodedRateAsync(modality));
        var found = await measures.RunAsync(run.Options.Repeats, run.End);
        foreach (var (name, type, items) in cells)
        {
            rows.Add(Row(modality, type, items, found[name]));
            run.Found(modality, type, new StaticBatch(items, found[name].Median));
        }
        var best = await run.BestAsync(modality);
        rows.Add(Row(modality, $"{run.DataTypes[0]}, {decoded}", best.Items, found[decoded]));
        foreach (var type in run.DataTypes) run.Report.Rates.Add(new PathRate(modality, $"bare, {type}", (await run.BestAsync(modality, type)).Rate));
        run.Report.Rates.Add(new PathRate(modality, $"bare, {decoded}", found[decoded].Median));
        return run.DataTypes.Count < 2 ? [] : [await GainAsync(run, modality, found)];
    }

    private static async Task<Figure> GainAsync(BenchRun run, string modality, IReadOnlyDictionary<string, Samples> found)
    {
        var (first, second) = (run.DataTypes[0], run.DataTypes[1]);
        Samples Of(string type, StaticBatch best) => found[$"{type} {best.Items}"];
        var gain = Of(second, await run.BestAsync(modality, second)).Over(Of(first, await run.BestAsync(modality, first)));
        return new Figure($"{modality}: {second} over {first}, each at its best batch", second == "bfloat16" ? Bar.AtLeast(1.6) : null, gain);
    }

    private static object[] Row(string modality, string type, int items, Samples rate) => [modality, type, items, rate.Median, rate.Least, rate.Most];
}
