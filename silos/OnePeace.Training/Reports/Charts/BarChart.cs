using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Evaluation;

namespace OnePeace.Training.Reports.Charts;

/// <summary>One bar: a share from 0 to 1.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Value">How long it is.</param>
/// <param name="Interval">Its error bar, or null.</param>
/// <param name="Chance">Where guessing ends, or null.</param>
public sealed record ChartBar(string Name, double Value, Interval? Interval = null, double? Chance = null);

/// <summary>Lying bars of shares, each with its error bar and a line at chance.</summary>
public sealed record BarChart(string Title, IReadOnlyList<ChartBar> Bars)
{
    private const double Width = 520, Top = 34, BarHeight = 18, Pitch = 30, Right = 60, Bottom = 26, LetterWidth = 6.6, LongestName = 200;

    public XElement Draw()
    {
        var left = Math.Clamp(Bars.Select(bar => bar.Name.Length).DefaultIfEmpty().Max() * LetterWidth + 14, 40, LongestName);
        var floor = Top + Bars.Count * Pitch;
        var canvas = new SvgCanvas(Width, floor + Bottom + (HasChance ? 20 : 0), Title);
        var axis = new Axis(0, 1, left, Width - left - Right, 5);
        canvas.Text("head", 0, 16, Title);
        foreach (var tick in axis.Ticks)
        {
            canvas.Line("grid", axis.At(tick), Top, axis.At(tick), floor);
            canvas.Text("middle", axis.At(tick), floor + 16, Percent(tick, "0"));
        }
        for (var i = 0; i < Bars.Count; i++) DrawBar(canvas, Bars[i], axis, Top + i * Pitch + (Pitch - BarHeight) / 2, left);
        canvas.Line("axis", left, Top, left, floor);
        if (!HasChance) return canvas.Element;
        canvas.Line("chance", left, floor + Bottom + 8, left + 18, floor + Bottom + 8);
        canvas.Text("value", left + 24, floor + Bottom + 12, "chance");
        return canvas.Element;
    }

    private bool HasChance => Bars.Any(bar => bar.Chance is not null);

    private static void DrawBar(SvgCanvas canvas, ChartBar bar, Axis axis, double y, double left)
    {
        var (middle, end) = (y + BarHeight / 2, axis.At(bar.Value));
        canvas.Text("end value", left - 8, middle + 4, Shorten(bar.Name, left));
        canvas.Rectangle("fill0", left, y, end - left, BarHeight, $"{bar.Name}: {Percent(bar.Value, "0.0")}");
        if (bar.Interval is { } interval)
        {
            canvas.Line("error", axis.At(interval.Low), middle, axis.At(interval.High), middle);
            foreach (var cap in new[] { interval.Low, interval.High }) canvas.Line("error", axis.At(cap), middle - 4, axis.At(cap), middle + 4);
        }
        if (bar.Chance is { } chance) canvas.Line("chance", axis.At(chance), y - 4, axis.At(chance), y + BarHeight + 4);
        canvas.Text("value", Math.Max(end, axis.At(Math.Max(bar.Interval?.High ?? 0, bar.Chance ?? 0))) + 8, middle + 4, Percent(bar.Value, "0.0"));
    }

    private static string Shorten(string name, double left)
    {
        var most = (int)Math.Round((left - 14) / LetterWidth);
        return name.Length <= most ? name : name[..(most - 1)] + "…";
    }

    private static string Percent(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture) + " %";
}
