using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Benchmarks.Bench;

/// <summary>A picture of a run: items a second by path, and answers by load.</summary>
internal static class BenchChart
{
    private const string Title = "How fast this machine encodes";
    private const double Saturated = 100;
    private const double Width = 520, Left = 190, Right = 70, Top = 34, Pitch = 24, BarHeight = 16, Gap = 24;

    /// <param name="what">What was measured, and with what: the second line of the heading.</param>
    /// <returns>An SVG file.</returns>
    public static string Draw(string what, BenchReport report)
    {
        List<XElement> pictures = [Heading(what, report.Unmeasured), .. report.Rates.GroupBy(rate => rate.Modality).Select(group => Bars(group.Key, [.. group]))];
        if (report.Loads.Count > 0)
        {
            pictures.Add(Lines("Milliseconds until the answer, over HTTP", report.Loads.Where(one => one.Load <= Saturated), ("p50", one => one.Median), ("p99", one => one.Late)));
            pictures.Add(Lines("Requests a second, over HTTP", report.Loads, ("asked", one => one.Asked), ("answered", one => one.Answered)));
        }
        return SvgCanvas.ToFile(Below(pictures));
    }

    private static XElement Heading(string what, IReadOnlyList<string> unmeasured)
    {
        var canvas = new SvgCanvas(Width, unmeasured.Count > 0 ? 78 : 58, Title);
        canvas.Text("head", 0, 16, Title);
        canvas.Text("value", 0, 36, what);
        canvas.Text("value", 0, 56, "Bars: medians. Lines across their ends: where the median lies with 95 %");
        if (unmeasured.Count > 0) canvas.Text("value", 0, 76, $"Not measured to the end, see the report: {string.Join(", ", unmeasured)}");
        return canvas.Element;
    }

    private static XElement Lines(string title, IEnumerable<LoadedAnswers> loads, params (string Name, Func<LoadedAnswers, double> Of)[] figures) =>
        new LineChart(title, "requests that come, in % of what saturates", [.. loads.GroupBy(one => one.Stream)
            .SelectMany(stream => figures.Select(figure => new ChartSeries($"{stream.Key} {figure.Name}", [.. stream.Select(one => (one.Load, figure.Of(one)))])))]).Draw();

    private static XElement Bars(string modality, IReadOnlyList<PathRate> rates)
    {
        var floor = Top + (rates.Count * Pitch);
        var canvas = new SvgCanvas(Width, floor + 8, $"Items a second, {modality}");
        var axis = new Axis(0, rates.Max(rate => rate.Rate.To), Left, Width - Left - Right, 5);
        canvas.Text("head", 0, 16, $"Items a second, {modality}");
        for (var i = 0; i < rates.Count; i++)
        {
            var y = Top + (i * Pitch);
            var rate = rates[i].Rate;
            var value = rate.Median.ToString(rate.Median < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
            canvas.Text("end value", Left - 8, y + 12, rates[i].Path);
            canvas.Rectangle($"fill{i % ChartStyle.Colours}", Left, y, axis.At(rate.Median) - Left, BarHeight, $"{rates[i].Path}: {value}");
            canvas.Line("error", axis.At(rate.From), y + (BarHeight / 2), axis.At(rate.To), y + (BarHeight / 2));   // what the repeats leave open
            canvas.Text("value", axis.At(rate.To) + 8, y + 12, value);
        }
        canvas.Line("axis", Left, Top - 4, Left, floor);
        return canvas.Element;
    }

    /// <summary>One picture of several, one below the other.</summary>
    private static XElement Below(IReadOnlyList<XElement> pictures)
    {
        var y = 0d;
        foreach (var picture in pictures)
        {
            picture.SetAttributeValue("y", y.ToString(CultureInfo.InvariantCulture));
            y += (double)picture.Attribute("height")! + Gap;
        }
        var whole = new SvgCanvas(Width, Math.Max(1, y), Title).Element;
        whole.Add(pictures);
        return whole;
    }
}
