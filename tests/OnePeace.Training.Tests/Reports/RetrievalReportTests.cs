using System.Xml.Linq;
using OnePeace.Training.Evaluation;
using OnePeace.Training.Reports;
using OnePeace.Training.Tests.Evaluation;

namespace OnePeace.Training.Tests.Reports;

public sealed class RetrievalReportTests : IDisposable
{
    private static readonly RetrievalReport _report = new("words", "scenes", name => new ShownModality(name == "words", name == "picture"));

    private readonly Scenes _scenes = new();

    public void Dispose() => _scenes.Dispose();

    [Fact]
    public async Task A_page_holds_the_table_the_charts_and_the_pictures_that_were_found()
    {
        var split = _scenes.Write("shown", Enumerable.Range(0, 7).Select(i => new
        {
            id = $"item{i}",
            words = $"word{i} <b>",
            picture = _scenes.File($"{i}.png", $"word{i}"),
            attributes = new { number = $"{i % 2}" },
        }));
        var plan = new RetrievalPlan(RetrievalQuery.Parse("words"), "picture");
        var page = Parse(_report.Draw(plan, await Scenes.RunAsync(plan, split)));

        Assert.Equal(["words", "picture", "100.0 %"], page.Descendants("td").Take(3).Select(cell => cell.Value));
        Assert.Equal(3, page.Descendants().Count(element => element.Name.LocalName == "svg"));
        var finds = page.Descendants("div").Where(element => (string?)element.Attribute("class") == "find").ToList();
        Assert.Equal(7, finds.Count);
        Assert.All(finds, find => Assert.Equal(5, find.Descendants("img").Count()));
        Assert.Equal("data:image/png;base64," + Convert.ToBase64String("word0"u8), (string)finds[0].Descendants("img").First().Attribute("src")!);
        Assert.Contains("word0 <b>", finds[0].Descendants("span").Select(said => said.Value));
        Assert.Equal(7, page.Descendants("div").Count(element => (string?)element.Attribute("class") == "card right"));
    }

    [Fact]
    public async Task A_query_that_is_a_picture_is_shown_and_texts_that_were_found_are_read()
    {
        var split = _scenes.Write("shown", [new { id = "a", words = "red", picture = _scenes.File("a.jpg", "red") }]);
        var plan = new RetrievalPlan(RetrievalQuery.Parse("picture"), "words");
        var page = Parse(_report.Draw(plan, await Scenes.RunAsync(plan, split)));
        Assert.StartsWith("data:image/jpeg;base64,", (string)Assert.Single(page.Descendants("img")).Attribute("src")!);
        Assert.Equal("red", Assert.Single(page.Descendants("span")).Value);
        Assert.Equal(["0.picture", "look0"], Parse(_report.Draw(plan, await Scenes.RunAsync(plan, _scenes.Bridged()))).Descendants("span").Take(2).Select(said => said.Value));
    }

    [Fact]
    public async Task A_mismatch_says_what_the_query_was_made_of()
    {
        var plan = new RetrievalPlan(RetrievalQuery.Parse("sound+words"), "picture") { Mismatch = true, TextAttributes = ["colour"] };
        var page = Parse(_report.Draw(plan, await Scenes.RunAsync(plan, _scenes.Shaped())));
        Assert.Equal("[sound: red circle] + orange", page.Descendants("span").First().Value);
        Assert.Equal(3, page.Descendants("tbody").Single().Elements("tr").Count());
    }

    [Fact]
    public async Task A_query_of_which_nothing_is_said_is_told_by_its_attributes()
    {
        var plan = new RetrievalPlan(RetrievalQuery.Parse("sound"), "picture");
        var page = Parse((_report with { Modality = _ => new ShownModality(false, false) }).Draw(plan, await Scenes.RunAsync(plan, _scenes.Shaped())));
        Assert.Equal("[sound: circle, red]", page.Descendants("span").First().Value);
    }

    [Fact]
    public async Task A_matrix_leaves_the_pairs_out_that_there_are_none_of()
    {
        var split = _scenes.Shaped();
        List<RetrievalResult> results = [];
        foreach (var (query, gallery) in new[] { ("words", "picture"), ("picture", "words") })
            results.AddRange((await Scenes.RunAsync(new RetrievalPlan(RetrievalQuery.Parse(query), gallery), split)).Results);
        var page = Parse(_report.Draw(results));
        Assert.Equal(2, page.Descendants("tbody").Single().Elements("tr").Count());
        var squares = page.Descendants().Where(element => element.Name.LocalName == "path").Sum(level => ((string)level.Attribute("d")!).Count(c => c == 'M'));
        Assert.Equal(2, squares);
    }

    private static XElement Parse(string page)
    {
        Assert.StartsWith("<!doctype html>\n", page);
        Assert.DoesNotContain("<td />", page);
        return XDocument.Parse(page["<!doctype html>\n".Length..]).Root!;
    }
}
