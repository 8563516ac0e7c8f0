using System.Globalization;
using System.Xml.Linq;

namespace OnePeace.Training.Reports.Charts;

/// <summary>A line of a chart.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over one horizontal axis. Numbers that are none break a line.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Horizontal">The horizontal axis' name.</param>
/// <param name="Series">In the order of the legend.</param>
public sealed record LineChart(string Title, string Horizontal, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>A longer line is thinned to so many points: of every stretch its least and greatest.</summary>
    public const int MostPoints = 1200;

    /// <summary>A line of more points than this is drawn faintly, with the means of its stretches over it.</summary>
    public const int Dense = 200;

    private const double Width = 520, Left = 62, Right = 18, Top = 34, PlotHeight = 200, LegendRow = 20, Bottom = 42, LetterWidth = 6.8;

    public XElement Draw()
    {
        var points = Series.SelectMany(series => series.Points).Where(IsFinite).DefaultIfEmpty((X: 0d, Y: 0d)).ToList();
        var legend = Legend();
        var top = Top + (legend.Count == 0 ? 0 : (legend[^1].Row + 1) * LegendRow);
        var canvas = new SvgCanvas(Width, top + PlotHeight + Bottom, Title);
        var across = new Axis(points.Min(p => p.X), points.Max(p => p.X), Left, Width - Left - Right, 6);
        var up = new Axis(points.Min(p => p.Y), points.Max(p => p.Y), top + PlotHeight, -PlotHeight, 5);
        canvas.Text("head", 0, 16, Title);
        foreach (var (name, index, x, row) in legend)
        {
            var y = Top + row * LegendRow;
            canvas.Line($"series stroke{index % ChartStyle.Colours}", x, y, x + 16, y);
            canvas.Text("value", x + 22, y + 4, name);
        }
        DrawAxes(canvas, across, up, top);
        for (var i = 0; i < Series.Count; i++) DrawLine(canvas, Series[i], i, across, up);
        return canvas.Element;
    }

    private void DrawAxes(SvgCanvas canvas, Axis across, Axis up, double top)
    {
        foreach (var tick in up.Ticks)
        {
            canvas.Line("grid", Left, up.At(tick), Width - Right, up.At(tick));
            canvas.Text("end", Left - 8, up.At(tick) + 4, up.Label(tick));
        }
        foreach (var tick in across.Ticks)
        {
            canvas.Line("axis", across.At(tick), top + PlotHeight, across.At(tick), top + PlotHeight + 4);
            canvas.Text("middle", across.At(tick), top + PlotHeight + 18, across.Label(tick));
        }
        canvas.Line("axis", Left, top + PlotHeight, Width - Right, top + PlotHeight);
        canvas.Text("middle", Left + (Width - Left - Right) / 2, top + PlotHeight + 36, Horizontal);
    }

    private static void DrawLine(SvgCanvas canvas, ChartSeries series, int index, Axis across, Axis up)
    {
        var colour = index % ChartStyle.Colours;
        var points = Thin(series.Points);
        var style = series.Points.Count > Dense ? $"faint stroke{colour}" : $"series stroke{colour}";
        for (var start = 0; start < points.Count;)
        {
            var run = points.Skip(start).TakeWhile(IsFinite).ToList();
            if (run.Count > 1) canvas.Polyline(style, run.Select(p => (across.At(p.X), up.At(p.Y))));
            if (run.Count == 1) canvas.Circle($"fill{colour}", across.At(run[0].X), up.At(run[0].Y), 3);
            start += run.Count + 1;
        }
        if (series.Points.Count > Dense) canvas.Polyline($"series stroke{colour}", Means(series.Points).Select(p => (across.At(p.X), up.At(p.Y))));
        if (points.LastOrDefault(IsFinite) is var last && IsFinite(last) && points.Count > 1)
            canvas.Circle($"fill{colour}", across.At(last.X), up.At(last.Y), 3.5, string.Create(CultureInfo.InvariantCulture, $"{series.Name}: {last.Y:g4} at {last.X:g6}"));
    }

    /// <summary>Where each name of the legend stands; a single series has none, the title names it.</summary>
    private List<(string Name, int Index, double X, int Row)> Legend()
    {
        var places = new List<(string, int, double, int)>();
        if (Series.Count < 2) return places;
        var (x, row) = (0d, 0);
        for (var i = 0; i < Series.Count; i++)
        {
            var width = 40 + Series[i].Name.Length * LetterWidth;
            if (x > 0 && x + width > Width) (x, row) = (0, row + 1);
            places.Add((Series[i].Name, i, x, row));
            x += width;
        }
        return places;
    }

    private static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= MostPoints) return points;
        var stretch = (int)Math.Ceiling(points.Count / (MostPoints / 2d));
        return [.. points.Chunk(stretch).SelectMany(part => new[] { part.MinBy(p => p.Y), part.MaxBy(p => p.Y) }.OrderBy(p => p.X))];
    }

    private static IEnumerable<(double X, double Y)> Means(IReadOnlyList<(double X, double Y)> points) =>
        from part in points.Chunk((int)Math.Ceiling(points.Count * 2d / Dense))
        let finite = part.Where(IsFinite).ToList()
        where finite.Count > 0
        select (finite.Average(p => p.X), finite.Average(p => p.Y));

    private static bool IsFinite((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y);
}
