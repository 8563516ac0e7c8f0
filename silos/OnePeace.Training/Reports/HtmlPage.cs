using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Training.Reports;

/// <summary>A page that needs no other file: headings, paragraphs, tables, charts, pictures.</summary>
internal sealed class HtmlPage(string title)
{
    private readonly XElement _main = new("main", new XElement("h1", SvgCanvas.Clean(title)));

    public void Heading(string text) => Add(new XElement("h2", SvgCanvas.Clean(text)));

    public void Paragraph(string text) => Add(new XElement("p", SvgCanvas.Clean(text)));

    public void Chart(XElement chart) => Add(new XElement("figure", chart));

    /// <summary>Charts beside each other where there is room.</summary>
    public void Charts(IEnumerable<XElement> charts) => Add(new XElement("div", new XAttribute("class", "charts"), charts.Select(chart => new XElement("figure", chart))));

    /// <summary>A table; cells that start with a digit stand right.</summary>
    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.ToList();
        Add(new XElement("div", new XAttribute("class", "scroll"), new XElement("table",
            new XElement("thead", new XElement("tr", headings.Select((heading, i) => Cell("th", heading, isNumber: all.Count > 0 && IsNumber(all[0][i]))))),
            new XElement("tbody", all.Select(row => new XElement("tr", row.Select(text => Cell("td", text, IsNumber(text)))))))));
    }

    public void Add(XElement element) => _main.Add(element);

    public static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public override string ToString() => "<!doctype html>\n" + new XElement("html", new XAttribute("lang", "en"),
        new XElement("head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("title", SvgCanvas.Clean(title)),
            new XElement("style", ChartStyle.Css + Css)),
        new XElement("body", _main));

    private static XElement Cell(string name, string text, bool isNumber) => new(name, isNumber ? new XAttribute("class", "number") : null, SvgCanvas.Clean(text));

    private static bool IsNumber(string text) => text.Length > 0 && char.IsAsciiDigit(text[0]);

    private const string Css = """

        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
        h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 8px; }
        p { margin: 4px 0 12px; color: var(--quiet); max-width: 72ch; }
        figure { margin: 12px 0; } .scroll { overflow-x: auto; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr)); gap: 12px 32px; }
        table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
        th, td { padding: 5px 14px 5px 0; text-align: left; border-bottom: 1px solid var(--grid); white-space: nowrap; }
        th { color: var(--quiet); font-weight: 500; } th.number, td.number { text-align: right; }
        .finds { display: grid; gap: 14px; }
        .find { display: grid; grid-template-columns: 190px repeat(5, minmax(0, 1fr)); gap: 10px; align-items: start; border-bottom: 1px solid var(--grid); padding-bottom: 12px; }
        .card { font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
        .card img { display: block; width: 100%; max-width: 150px; border-radius: 4px; border: 3px solid transparent; box-sizing: border-box; }
        .card .said { display: block; color: var(--ink); font-size: 13px; }
        .card.right img { border-color: var(--s2); } .card.right b { color: var(--s2); }
        @media (max-width: 700px) { .find { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
        """;
}
