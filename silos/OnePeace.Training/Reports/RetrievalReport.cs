using System.Globalization;
using System.Xml.Linq;
using OnePeace.Training.Evaluation;
using OnePeace.Training.Reports.Charts;

namespace OnePeace.Training.Reports;

/// <summary>What is known of a modality when its inputs are to be shown.</summary>
/// <param name="TakesText">Whether its inputs are texts.</param>
/// <param name="IsPicture">Whether its inputs are files that a browser may show.</param>
public sealed record ShownModality(bool TakesText, bool IsPicture);

/// <summary>An evaluation of retrieval as a page.</summary>
/// <param name="Model">What was evaluated.</param>
/// <param name="Data">On what: data set and split.</param>
/// <param name="Modality">How inputs of a modality are shown.</param>
public sealed record RetrievalReport(string Model, string Data, Func<string, ShownModality> Modality)
{
    private const int MostInMatrix = 120, Shown = 12, Finds = 5;

    private static readonly string[] _headings =
        ["Query", "Gallery", "R@1", "95 %", "chance", "R@5", "chance", "R@10", "chance", "Mean rank", "Median rank", "MRR", "Queries", "Candidates"];

    /// <summary>The page of one evaluation.</summary>
    public string Draw(RetrievalPlan plan, RetrievalOutcome outcome)
    {
        var first = outcome.Results[0];
        var page = new HtmlPage($"{first.Label} → {first.Gallery}");
        page.Paragraph($"{Model}, on {Data}: {first.Recall.Queries} queries against {first.Recall.Candidates} candidates. "
            + (plan.Mismatch ? $"The text names values of another item ({string.Join(", ", plan.TextAttributes)}): only all parts together say which item is meant. " : "")
            + "Ties count as wrong. Intervals are 95 %, by bootstrap over queries.");
        page.Heading("Recall against chance");
        page.Chart(new BarChart("Recall at 1", [.. outcome.Results.Select(Bar)]).Draw());
        Tabulate(page, outcome.Results);
        if (first.Attributes.Count > 0)
        {
            page.Heading("Accuracy per attribute");
            page.Paragraph("How often the first find has the value that was wanted. Chance is how often any candidate has it.");
            page.Charts(outcome.Results.Select(result => new BarChart(result.Label,
                [.. result.Attributes.Select(pair => new ChartBar(pair.Key, pair.Value.Accuracy, Chance: pair.Value.Chance))]).Draw()));
        }
        page.Heading("Similarity");
        AddSimilarity(page, first, outcome);
        page.Heading("What was found");
        page.Add(new XElement("div", new XAttribute("class", "finds"), Drawn(outcome.Cases.Count, plan.Seed).Select(query => Row(plan, outcome, query))));
        return page.ToString();
    }

    /// <summary>The page of a matrix of modalities.</summary>
    public string Draw(IReadOnlyList<RetrievalResult> results)
    {
        var page = new HtmlPage("Retrieval between modalities");
        page.Paragraph($"{Model}, on {Data}. Ties count as wrong. Intervals are 95 %, by bootstrap over queries.");
        string[] queries = [.. results.Select(result => result.Label).Distinct()], galleries = [.. results.Select(result => result.Gallery).Distinct().OrderBy(name => Array.IndexOf(queries, name))];
        page.Chart(new HeatMap("Recall at 1, in percent", "query", "gallery",
            [.. queries.Select(query => (IReadOnlyList<double>)[.. galleries.Select(gallery => 100 * (results.FirstOrDefault(r => r.Label == query && r.Gallery == gallery)?.Recall.At1 ?? double.NaN))])])
        {
            Rows = queries,
            Columns = galleries,
            Range = (0, 100),
            Format = "0.#",
        }.Draw());
        page.Chart(new BarChart("Recall at 1 against chance", [.. results.Select(Bar).Zip(results, (bar, result) => bar with { Name = $"{result.Label} → {result.Gallery}" })]).Draw());
        Tabulate(page, results);
        return page.ToString();
    }

    private static ChartBar Bar(RetrievalResult result) => new(result.Label, result.Recall.At1, result.Recall.At1Interval, result.Recall.Chance1);

    private static void Tabulate(HtmlPage page, IEnumerable<RetrievalResult> results) => page.Table(_headings, results.Select(result => (IReadOnlyList<string>)
    [
        result.Label, result.Gallery,
        HtmlPage.Percent(result.Recall.At1), $"{HtmlPage.Percent(result.Recall.At1Interval.Low)} to {HtmlPage.Percent(result.Recall.At1Interval.High)}", HtmlPage.Percent(result.Recall.Chance1),
        HtmlPage.Percent(result.Recall.At5), HtmlPage.Percent(result.Recall.Chance5), HtmlPage.Percent(result.Recall.At10), HtmlPage.Percent(result.Recall.Chance10),
        Write(result.Recall.MeanRank), Write(result.Recall.MedianRank), result.Recall.MeanReciprocalRank.ToString("0.000", CultureInfo.InvariantCulture),
        $"{result.Recall.Queries}", $"{result.Recall.Candidates}",
    ]));

    /// <summary>Queries down and candidates across, both by their attributes, so that what is alike stands together.</summary>
    private static void AddSimilarity(HtmlPage page, RetrievalResult result, RetrievalOutcome outcome)
    {
        int[] queries = [.. Sample(outcome.Cases.Count, Math.Min(MostInMatrix, outcome.Candidates.Count)).OrderBy(i => Key(outcome.Cases[i].Wanted, outcome.Cases[i].Source.Group), StringComparer.Ordinal)];
        var groups = queries.Select(i => outcome.Cases[i].Source.Group).ToHashSet();
        int[] candidates = [.. Sample(outcome.Candidates.Count, MostInMatrix, i => groups.Contains(outcome.Candidates[i].Group))
            .OrderBy(i => Key(outcome.Candidates[i].Attributes, outcome.Candidates[i].Group), StringComparer.Ordinal)];
        page.Paragraph($"Cosines of {queries.Length} queries and {candidates.Length} candidates, both sorted by their attributes: what belongs together lies on the diagonal.");
        page.Chart(new HeatMap("Cosine similarity", $"query: {result.Label}", $"gallery: {result.Gallery}",
            [.. queries.Select(q => (IReadOnlyList<double>)[.. candidates.Select(c => (double)UnitVectors.Dot(outcome.QueryVectors[q], outcome.GalleryVectors[c]))])]).Draw());
    }

    private XElement Row(RetrievalPlan plan, RetrievalOutcome outcome, int query)
    {
        var one = outcome.Cases[query];
        var picture = plan.Query.Modalities.FirstOrDefault(name => Modality(name).IsPicture);
        string[] words = [.. plan.Query.Modalities.Where(name => !Modality(name).IsPicture).Select(name => Words(one, name, plan.OppositeQuery))];
        var cards = outcome.Ranking.Best[query].Take(Finds).Select(found => Card(outcome.Candidates[found], plan, one));
        return new XElement("div", new XAttribute("class", "find"),
            MediaCard.Draw(picture is null ? null : one.Source.Inputs[picture], words.Length > 0 ? string.Join(" + ", words) : null, $"query {one.Source.Id}, right at rank {outcome.Ranking.Ranks[query]}", isRight: false),
            cards);
    }

    private XElement Card(RetrievalItem item, RetrievalPlan plan, RetrievalCase one)
    {
        var shown = Modality(plan.Gallery);
        var words = shown.TakesText ? item.Text(plan.Gallery, plan.OppositeGallery) : shown.IsPicture ? null : Caption(item);
        return MediaCard.Draw(shown.IsPicture ? item.Inputs[plan.Gallery] : null, words, item.Id, one.IsWanted(item));
    }

    /// <summary>A part of a query: its text, or what is said of it where it can be neither read nor seen.</summary>
    private string Words(RetrievalCase one, string name, string opposite)
    {
        if (Modality(name).TakesText) return one.Words ?? one.Source.Text(name, opposite);
        return $"[{name}: {one.Source.Captions.GetValueOrDefault(name) ?? Caption(one.Source)}]";
    }

    private string Caption(RetrievalItem item) =>
        item.Inputs.Where(input => Modality(input.Key).TakesText).Select(input => input.Value).FirstOrDefault()
        ?? (item.Attributes.Count > 0 ? string.Join(", ", item.Attributes.Values) : item.Id);

    private static string Key(IReadOnlyDictionary<string, string> attributes, string group) => string.Join('\n', attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)) + '\n' + group;

    private static IEnumerable<int> Sample(int count, int most) => Enumerable.Range(0, Math.Min(count, most)).Select(i => (int)((long)i * count / Math.Min(count, most)));

    /// <summary>Some queries by chance, in order.</summary>
    private static IEnumerable<int> Drawn(int count, int seed)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(all);
        return all.Take(Shown).Order();
    }

    /// <summary>The preferred ones first, as far as there is room.</summary>
    private static IEnumerable<int> Sample(int count, int most, Func<int, bool> isPreferred) => Enumerable.Range(0, count).OrderByDescending(isPreferred).Take(most);

    private static string Write(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
