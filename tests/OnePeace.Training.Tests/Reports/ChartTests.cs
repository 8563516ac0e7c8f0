using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Evaluation;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Training.Tests.Reports;

public sealed class ChartTests
{
    [Fact]
    public void A_line_has_a_point_for_each_of_its_numbers_and_a_place_in_the_legend()
    {
        var chart = Reread(new LineChart("Loss", "step", [Line("training", 50), Line("validation <&>", 7)]).Draw());
        Assert.Equal([50, 7], Named(chart, "polyline").Select(Points).Select(points => points.Length));
        Assert.Contains("validation <&>", Named(chart, "text").Select(text => text.Value));
        Assert.Equal(["series stroke0", "series stroke1"], Named(chart, "polyline").Select(line => (string)line.Attribute("class")!));
    }

    [Fact]
    public void Greater_numbers_stand_higher_and_later_ones_further_right()
    {
        var points = Points(Named(Reread(new LineChart("Loss", "step", [new("a", [(0, 1), (10, 4), (20, 2)])]).Draw()), "polyline").Single());
        Assert.True(points[0].X < points[1].X && points[1].X < points[2].X);
        Assert.True(points[1].Y < points[2].Y && points[2].Y < points[0].Y);
    }

    [Fact]
    public void A_number_that_is_none_breaks_a_line()
    {
        var chart = new LineChart("Loss", "step", [new("a", [(0, 1), (1, 2), (2, double.NaN), (3, 4), (4, 5), (5, 6)])]).Draw();
        Assert.Equal([2, 3], Named(chart, "polyline").Select(line => Points(line).Length));
    }

    [Fact]
    public void A_long_line_is_thinned_but_keeps_its_extremes_and_shows_its_mean()
    {
        var points = Enumerable.Range(0, 60_000).Select(i => ((double)i, i == 31_234 ? 100d : Math.Sin(i))).ToList();
        var lines = Named(new LineChart("Loss", "step", [new("a", points)]).Draw(), "polyline").Select(Points).ToList();
        Assert.Equal([1200, 100], lines.Select(line => line.Length));
        Assert.Single(lines[0], point => point.Y < 60);
    }

    [Fact]
    public void Charts_of_nothing_and_of_one_number_are_drawn()
    {
        Assert.Empty(Named(new LineChart("Loss", "step", []).Draw(), "polyline"));
        Assert.Single(Named(new LineChart("Loss", "step", [new("a", [(1, 1)])]).Draw(), "circle"));
        Assert.Empty(Named(new BarChart("Recall", []).Draw(), "rect"));
    }

    [Theory]
    [InlineData(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0, 3000, "0 1,000 2,000 3,000")]
    [InlineData(0.31, 5.2, "0 1 2 3 4 5 6")]
    [InlineData(0, 0.0005, "0 1e-4 2e-4 3e-4 4e-4 5e-4")]
    [InlineData(-1, 1, "-1.0 -0.5 0 0.5 1.0")]
    [InlineData(7, 7, "2 4 6 8 10 12")]
    public void Ticks_stand_at_round_numbers(double low, double high, string labels)
    {
        var axis = new Axis(low, high, 0, 100, 5);
        Assert.Equal(labels.Replace("0.0 ", "0 ", StringComparison.Ordinal), string.Join(' ', axis.Ticks.Select(axis.Label)));
        Assert.Equal((0, 100), (axis.At(axis.Low), axis.At(axis.High)));
    }

    [Fact]
    public void Bars_have_their_length_an_error_bar_and_a_line_at_chance()
    {
        var chart = Reread(new BarChart("Recall", [new("a", 0.5, new Interval(0.4, 0.6), 0.1), new("b", 1)]).Draw());
        double[] widths = [.. Named(chart, "rect").Select(bar => Number(bar, "width"))];
        Assert.Equal(2, widths[1] / widths[0], 1e-2);
        Assert.Equal(3, Named(chart, "line").Count(line => (string)line.Attribute("class")! == "error"));
        Assert.Equal(2, Named(chart, "line").Count(line => (string)line.Attribute("class")! == "chance"));   // one at the bar, one in the legend
    }

    [Fact]
    public void A_heat_map_has_a_square_for_each_number_and_the_greatest_are_the_strongest()
    {
        var chart = Reread(new HeatMap("Similarity", "query", "gallery", [[0, 1, 0.5], [double.NaN, 0, 1]]) { Rows = ["a", "b"], Columns = ["x", "y", "z"] }.Draw());
        var levels = Named(chart, "path").ToDictionary(level => Number(level, "fill-opacity"), level => ((string)level.Attribute("d")!).Count(c => c == 'M'));
        Assert.Equal(5, levels.Values.Sum());
        Assert.Equal(2, levels[1]);
        Assert.Equal(["0.00", "0.00", "0.50", "1.00", "1.00"], Named(chart, "text").Select(text => text.Value).Where(text => text.StartsWith('0') || text.StartsWith('1')).SkipLast(2).Order());
    }

    [Fact]
    public void What_XML_cannot_hold_is_replaced_and_a_file_of_its_own_has_the_style()
    {
        var file = SvgCanvas.ToFile(new LineChart("a\u0001b \ud83d\ude00 \ud800", "step", []).Draw());
        var chart = XDocument.Parse(file).Root!;
        Assert.Equal("a\ufffdb \ud83d\ude00 \ufffd", Named(chart, "text").First().Value);
        Assert.Contains("prefers-color-scheme: dark", Named(chart, "style").Single().Value);
    }

    private static ChartSeries Line(string name, int count) => new(name, [.. Enumerable.Range(0, count).Select(i => ((double)i, Math.Cos(i)))]);

    private static XElement Reread(XElement chart) => XDocument.Parse(chart.ToString()).Root!;

    private static IEnumerable<XElement> Named(XElement chart, string name) => chart.Descendants().Where(element => element.Name.LocalName == name);

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);

    private static (double X, double Y)[] Points(XElement line) =>
        [.. ((string)line.Attribute("points")!).Split(' ').Select(point => point.Split(',')).Select(pair => (double.Parse(pair[0], CultureInfo.InvariantCulture), double.Parse(pair[1], CultureInfo.InvariantCulture)))];
}
