using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Reports.Charts;
using OnePeace.Training.Runs;

namespace OnePeace.Training.Reports;

/// <summary>A training run's curves as a page.</summary>
public static class TrainingReport
{
    private const string Training = "training", Validation = "validation";

    /// <param name="title">The run's name.</param>
    /// <param name="history">What it wrote down.</param>
    /// <param name="badPairs">The file beside the page that lists pairs that could not be used; null where there is none.</param>
    public static string Draw(string title, TrainingHistory history, string? badPairs = null)
    {
        var page = new HtmlPage(title);
        page.Paragraph(history.Steps.Count == 0 ? "There is no step yet." : $"{history.Steps[^1].Step} steps, {history.Validations.Count} validations.");
        if (badPairs is not null) page.Paragraph($"Some pairs could not be used and were left out: {badPairs} beside this page says which and why.");
        if (history.Steps.Count + history.Validations.Count > 0) page.Table(["", "Step", "Loss", "Accuracy"], [.. LastLines(history)]);
        page.Charts(Charts(history));
        return page.ToString();
    }

    private static IEnumerable<IReadOnlyList<string>> LastLines(TrainingHistory history)
    {
        if (history.Steps.Count > 0) yield return Row("last step", history.Steps[^1]);
        if (history.Validations.Count == 0) yield break;
        yield return Row("last validation", history.Validations[^1]);
        if (history.Validations.MinBy(line => line.Loss) is { } best) yield return Row("validation of least loss", best);
    }

    private static string[] Row(string name, HistoryLine line) =>
        [name, $"{line.Step}", line.Loss.ToString("0.0000", CultureInfo.InvariantCulture), HtmlPage.Percent(line.Accuracy)];

    private static IEnumerable<XElement> Charts(TrainingHistory history)
    {
        string[] terms = [.. history.Steps.SelectMany(line => line.Terms?.Keys ?? []).Distinct()];
        LineChart[] charts =
        [
            Chart("Loss", Both(history, line => line.Loss)),
            Chart("Terms of the loss", [.. terms.Select(term => Series(term, history.Steps, line => line.Terms is { } terms && terms.TryGetValue(term, out var value) ? value : null))]),
            Chart("Accuracy within a batch", Both(history, line => line.Accuracy)),
            Chart("Learning rate", [Series(Training, history.Steps, line => line.LearningRate)]),
            Chart("Norm of the gradient", [Series(Training, history.Steps, line => line.GradientNorm)]),
            Chart("Scale of the logits", [Series(Training, history.Steps, line => line.LogitScale)]),
        ];
        return charts.Where(chart => chart.Series.Count > 0).Select(chart => chart.Draw());
    }

    private static ChartSeries[] Both(TrainingHistory history, Func<HistoryLine, double?> value) =>
        [Series(Training, history.Steps, value), Series(Validation, history.Validations, value)];

    private static LineChart Chart(string title, ChartSeries[] series) => new(title, "step", [.. series.Where(one => one.Points.Count > 0)]);

    private static ChartSeries Series(string name, IReadOnlyList<HistoryLine> lines, Func<HistoryLine, double?> value) =>
        new(name, [.. lines.Where(line => value(line) is not null).Select(line => ((double)line.Step, value(line)!.Value))]);
}
