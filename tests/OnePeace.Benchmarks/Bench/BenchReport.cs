using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench;

/// <summary>The tables of a run, its figures against their bars, and what its chart shows.</summary>
internal sealed class BenchReport
{
    private readonly BenchmarkReport _tables = new();

    /// <summary>Bars of the chart: items a second by path.</summary>
    public List<PathRate> Rates { get; } = [];

    /// <summary>Points of the chart: what comes back, and after how long, by load.</summary>
    public List<LoadedAnswers> Loads { get; } = [];

    /// <summary>Sections that were to be measured and failed; the chart names them.</summary>
    public List<string> Unmeasured { get; } = [];

    /// <inheritdoc cref="BenchmarkReport.Add"/>
    public void Table(string key, string title, string[] columns, IEnumerable<object[]> rows) => _tables.Add(key, title, columns, rows);

    /// <summary>A section's figures.</summary>
    public void Figures(string section, params IReadOnlyList<Figure> figures) =>
        _tables.Add($"{section}_figures", $"{section}: what was reached", Figure.Columns, figures.Select(figure => figure.Row));

    /// <summary>A section that failed.</summary>
    public void Failed(string section, string why)
    {
        Unmeasured.Add(section);
        Table($"{section}_failed", $"{section} was not measured to its end", ["section", "why"], [[section, why]]);
    }

    /// <summary>Writes the files that were asked for.</summary>
    /// <param name="what">What was measured, and with what.</param>
    public void End(BenchOptions options, string what)
    {
        if (options.Json is { } json) _tables.Write(json);
        if (options.Chart is { } chart) File.WriteAllText(chart, BenchChart.Draw(what, this));
    }
}

/// <summary>Items a second of one modality on one path.</summary>
internal sealed record PathRate(string Modality, string Path, Samples Rate);

/// <summary>How many requests came a second at a load, in hundredths of saturation, how many were answered, and after how many milliseconds.</summary>
internal sealed record LoadedAnswers(string Stream, double Load, double Asked, double Answered, double Median, double Late);
