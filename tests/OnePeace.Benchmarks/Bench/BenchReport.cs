using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench;

/// <summary>The tables of a run, its figures against their bars, and what its chart shows.</summary>
internal sealed class BenchReport
{
    private readonly BenchmarkReport _tables = new();

    /// <summary>Bars of the chart: items a second by path.</summary>
    public List<PathRate> Rates { get; } = [];

    /// <summary>Points of the chart: how long answers take by load.</summary>
    public List<LoadedLatency> Latencies { get; } = [];

    /// <inheritdoc cref="BenchmarkReport.Add"/>
    public void Table(string key, string title, string[] columns, IEnumerable<object[]> rows) => _tables.Add(key, title, columns, rows);

    /// <summary>A section's figures.</summary>
    public void Figures(string section, params IReadOnlyList<Figure> figures) =>
        _tables.Add($"{section}_figures", $"{section}: what was reached", Figure.Columns, figures.Select(figure => figure.Row));

    /// <summary>Writes the files that were asked for.</summary>
    public void End(BenchOptions options)
    {
        if (options.Json is { } json) _tables.Write(json);
        if (options.Chart is { } chart) File.WriteAllText(chart, BenchChart.Draw(Rates, Latencies));
    }
}

/// <summary>Items a second of one modality on one path.</summary>
internal sealed record PathRate(string Modality, string Path, double Rate);

/// <summary>How long answers took at a load, in hundredths of saturation.</summary>
internal sealed record LoadedLatency(string Stream, double Load, double Median, double Late);
