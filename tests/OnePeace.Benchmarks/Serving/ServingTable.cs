using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Serving;

/// <summary>How long requests took beside training and before, by modality.</summary>
internal static class ServingTable
{
    private const double Bar = 1.5;

    private static readonly string[] Columns =
        ["modality", "quiet p50 ms", "training p50 ms", "quiet p99 ms", "training p99 ms", "p99 ratio, median of pairs", "least", "most", "requests", "failures"];

    public static void Add(BenchmarkReport report, string key, string title, MeasuredWindows windows) =>
        report.Add(key, FormattableString.Invariant($"{title}; the bar for p99 is {Bar} times quiet"), Columns, windows.Modalities.Select(modality => Row(windows, modality)));

    private static object[] Row(MeasuredWindows windows, string modality)
    {
        Timings quiet = windows.All(modality, busy: false), busy = windows.All(modality, busy: true);
        var ratios = windows.Ratios(modality);
        return
        [
            modality, quiet.Percentile(50), busy.Percentile(50), quiet.Percentile(99), busy.Percentile(99),
            Timings.Median(ratios), ratios.Min(), ratios.Max(), quiet.Count + busy.Count, windows.Failures(modality),
        ];
    }
}
