using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Benchmarks.Bench;

/// <summary>A picture of a run: items a second by path, and how long answers take by load.</summary>
internal static class BenchChart
{
    private const double Width = 520, Left = 190, Right = 70, Top = 34, Pitch = 24, BarHeight = 16, Gap = 24;

    /// <returns>An SVG file.</returns>
    public static string Draw(IReadOnlyList<PathRate> rates, IReadOnlyList<LoadedLatency> latencies)
    {
        List<XElement> pictures = [.. rates.GroupBy(rate => rate.Modality).Select(group => Bars(group.Key, [.. group]))];
        if (latencies.Count > 0)
            pictures.Add(new LineChart("Milliseconds by load, over HTTP", "load in % of saturation", [.. latencies.GroupBy(one => one.Stream).SelectMany(Series)]).Draw());
        return SvgCanvas.ToFile(Below(pictures));
    }

    private static IEnumerable<ChartSeries> Series(IGrouping<string, LoadedLatency> stream)
    {
        yield return new ChartSeries($"{stream.Key} p50", [.. stream.Select(one => (one.Load, one.Median))]);
        yield return new ChartSeries($"{stream.Key} p99", [.. stream.Select(one => (one.Load, one.Late))]);
    }

    private static XElement Bars(string modality, IReadOnlyList<PathRate> rates)
    {
        var floor = Top + (rates.Count * Pitch);
        var canvas = new SvgCanvas(Width, floor + 8, $"Items a second, {modality}");
        var axis = new Axis(0, rates.Max(rate => rate.Rate), Left, Width - Left - Right, 5);
        canvas.Text("head", 0, 16, $"Items a second, {modality}");
        for (var i = 0; i < rates.Count; i++)
        {
            var y = Top + (i * Pitch);
            var value = rates[i].Rate.ToString(rates[i].Rate < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
            canvas.Text("end value", Left - 8, y + 12, rates[i].Path);
            canvas.Rectangle($"fill{i % ChartStyle.Colours}", Left, y, axis.At(rates[i].Rate) - Left, BarHeight, $"{rates[i].Path}: {value}");
            canvas.Text("value", axis.At(rates[i].Rate) + 8, y + 12, value);
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
        var whole = new SvgCanvas(Width, Math.Max(1, y), "How fast this machine encodes").Element;
        whole.Add(pictures);
        return whole;
    }
}
