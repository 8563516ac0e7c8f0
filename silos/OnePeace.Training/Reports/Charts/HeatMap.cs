using System.Globalization;
using System.Xml.Linq;

namespace OnePeace.Training.Reports.Charts;

/// <summary>A matrix of numbers as squares, the darker (or, on dark pages, the brighter) the greater.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Down">The name of the rows as a whole.</param>
/// <param name="Across">The name of the columns as a whole.</param>
/// <param name="Values">Row by row; a number that is none leaves its square empty.</param>
public sealed record HeatMap(string Title, string Down, string Across, IReadOnlyList<IReadOnlyList<double>> Values)
{
    private const int Levels = 24;
    private const double LargestPlot = 520, LargestCell = 64, Top = 46, Left = 36, Legend = 96, LetterWidth = 6.8;

    /// <summary>The names of rows, or none.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>The names of columns, or none.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The range of colours; that of the values where it is null.</summary>
    public (double Low, double High)? Range { get; init; }

    /// <summary>How squares and legend are written, such as <c>0.00</c>; squares have numbers where they have names.</summary>
    public string Format { get; init; } = "0.00";

    public XElement Draw()
    {
        var cell = Math.Min(LargestCell, LargestPlot / Math.Max(Values.Count, Values[0].Count));
        var left = Left + Rows.Select(name => name.Length).DefaultIfEmpty().Max() * LetterWidth;
        var top = Top + (Columns.Count > 0 ? 18 : 0);
        var (width, height) = (cell * Values[0].Count, cell * Values.Count);
        var canvas = new SvgCanvas(left + width + Legend, top + Math.Max(height, 120) + 8, Title);
        canvas.Text("head", 0, 16, Title);
        canvas.Text("middle", left + width / 2, Top - 10, Across);
        canvas.TextUpwards("middle", 12, top + height / 2, Down);
        var (low, high) = Range ?? OwnRange();
        foreach (var level in Cells().GroupBy(one => Level(one.Value, low, high)).OrderBy(level => level.Key))
            canvas.Squares("heat", Opacity(level.Key), cell, level.Select(one => (left + one.Column * cell, top + one.Row * cell)));
        canvas.Rectangle("frame", left, top, width, height);
        DrawNames(canvas, cell, left, top, low, high);
        DrawLegend(canvas, left + width + 18, top, low, high);
        return canvas.Element;
    }

    private void DrawNames(SvgCanvas canvas, double cell, double left, double top, double low, double high)
    {
        for (var row = 0; row < Rows.Count; row++) canvas.Text("end value", left - 8, top + (row + 0.5) * cell + 4, Rows[row]);
        for (var column = 0; column < Columns.Count; column++) canvas.Text("middle value", left + (column + 0.5) * cell, top - 7, Columns[column]);
        if (Rows.Count == 0 || Columns.Count == 0) return;
        foreach (var (row, column, value) in Cells())
            canvas.Text(Opacity(Level(value, low, high)) > 0.5 ? "middle on" : "middle value", left + (column + 0.5) * cell, top + (row + 0.5) * cell + 4, Write(value));
    }

    private void DrawLegend(SvgCanvas canvas, double x, double top, double low, double high)
    {
        const double side = 5;
        for (var level = 0; level < Levels; level++) canvas.ClearRectangle("heat", Opacity(level), x, top + (Levels - 1 - level) * side, 12, side);
        canvas.Text("value", x + 18, top + 10, Write(high));
        canvas.Text("value", x + 18, top + Levels * side, Write(low));
    }

    private IEnumerable<(int Row, int Column, double Value)> Cells() =>
        from row in Enumerable.Range(0, Values.Count)
        from column in Enumerable.Range(0, Values[row].Count)
        where double.IsFinite(Values[row][column])
        select (row, column, Values[row][column]);

    private (double Low, double High) OwnRange()
    {
        var values = Cells().Select(cell => cell.Value).DefaultIfEmpty().ToList();
        return (values.Min(), values.Max());
    }

    private static int Level(double value, double low, double high) => high <= low ? 0 : Math.Clamp((int)((value - low) / (high - low) * Levels), 0, Levels - 1);

    private static double Opacity(int level) => 0.04 + 0.96 * level / (Levels - 1);

    private string Write(double value) => value.ToString(Format, CultureInfo.InvariantCulture);
}
