using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace OnePeace.Training.Reports.Charts;

/// <summary>An SVG picture, drawn shape by shape. Colours come from <see cref="ChartStyle"/> by class.</summary>
internal sealed class SvgCanvas
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    private readonly XElement _root;

    /// <param name="width">In pixels, and so on.</param>
    /// <param name="height">The same.</param>
    /// <param name="title">What those hear who cannot see it.</param>
    public SvgCanvas(double width, double height, string title) => _root = new XElement(_svg + "svg",
        new XAttribute("class", "chart"),
        new XAttribute("viewBox", $"0 0 {Number(width)} {Number(height)}"),
        new XAttribute("width", Number(width)),
        new XAttribute("height", Number(height)),
        new XAttribute("role", "img"),
        new XElement(_svg + "title", Clean(title)));

    /// <summary>For a page that has the style already.</summary>
    public XElement Element => _root;

    /// <summary>A file of its own, with the style in it.</summary>
    public static string ToFile(XElement picture)
    {
        var whole = new XElement(picture);
        whole.AddFirst(new XElement(_svg + "style", ChartStyle.Css), new XElement(_svg + "rect", new XAttribute("class", "page"), new XAttribute("width", "100%"), new XAttribute("height", "100%")));
        return whole.ToString();
    }

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Add("line", style, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    public void Rectangle(string style, double x, double y, double width, double height, string? hint = null) =>
        Hint(Add("rect", style, ("x", x), ("y", y), ("width", width), ("height", height)), hint);

    public void Circle(string style, double x, double y, double radius, string? hint = null) =>
        Hint(Add("circle", style, ("cx", x), ("cy", y), ("r", radius)), hint);

    public void Text(string style, double x, double y, string text) => Add("text", style, ("x", x), ("y", y)).Add(Clean(text));

    /// <summary>Text that runs upwards.</summary>
    public void TextUpwards(string style, double x, double y, string text)
    {
        var element = Add("text", style, ("x", x), ("y", y));
        element.Add(new XAttribute("transform", $"rotate(-90 {Number(x)} {Number(y)})"), Clean(text));
    }

    public void Polyline(string style, IEnumerable<(double X, double Y)> points) =>
        Add("polyline", style).Add(new XAttribute("points", string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"))));

    /// <summary>Many squares of one colour as one shape.</summary>
    public void Squares(string style, double opacity, double side, IEnumerable<(double X, double Y)> corners)
    {
        var (across, back) = (Number(side), Number(-side));
        Add("path", style, ("fill-opacity", opacity)).Add(new XAttribute("d", string.Concat(corners.Select(corner => $"M{Number(corner.X)} {Number(corner.Y)}h{across}v{across}h{back}z"))));
    }

    /// <summary>A rectangle that lets the page shine through.</summary>
    public void ClearRectangle(string style, double opacity, double x, double y, double width, double height) =>
        Add("rect", style, ("fill-opacity", opacity), ("x", x), ("y", y), ("width", width), ("height", height));

    /// <summary>Text without what XML cannot hold.</summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar)) return text;
        return string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
    }

    private XElement Add(string name, string style, params ReadOnlySpan<(string Name, double Value)> numbers)
    {
        var element = new XElement(_svg + name, new XAttribute("class", style));
        foreach (var (attribute, value) in numbers) element.Add(new XAttribute(attribute, Number(value)));
        _root.Add(element);
        return element;
    }

    private static void Hint(XElement element, string? hint)
    {
        if (hint is not null) element.Add(new XElement(_svg + "title", Clean(hint)));
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
