using System.Globalization;
using System.Text.Json.Nodes;
using OnePeace.Training.Evaluation;

namespace OnePeace.Cli.Outputs;

/// <summary>Evaluations of retrieval, for people and as JSON.</summary>
/// <param name="Model">What was evaluated.</param>
/// <param name="Split">On what.</param>
/// <param name="Page">The report that was written, or null.</param>
internal sealed record RetrievalListing(string Model, RetrievalSplit Split, string? Page)
{
    /// <summary>One evaluation: a row for every way of searching, then accuracy by attribute.</summary>
    public void Print(RetrievalOutcome outcome)
    {
        PrintHead();
        if (outcome.Skipped > 0) Console.Out.WriteLine($"{outcome.Skipped} of {Split.Items.Count} items lack a modality and take no full part.");
        Listing.Print(
            ["Query", "Gallery", "R@1", "95 %", "R@5", "R@10", "Mean rank", "Median", "MRR", "Queries", "Candidates"],
            [.. outcome.Results.Select(Row), Chance(outcome.Results[0])]);
        if (outcome.Results[0].Attributes is not { Count: > 0 } attributes) return;
        Console.Out.WriteLine();
        Listing.Print(["Attribute", .. outcome.Results.Select(result => result.Label), "chance"],
            [.. attributes.Keys.Select(name => (string[])[name, .. outcome.Results.Select(result => Percent(result.Attributes[name].Accuracy)), Percent(attributes[name].Chance)])]);
    }

    /// <summary>R@1 of every pair, queries down and galleries across, each with chance.</summary>
    public void PrintMatrix(IReadOnlyList<RetrievalOutcome> outcomes)
    {
        PrintHead();
        RetrievalResult[] results = [.. outcomes.SelectMany(outcome => outcome.Results)];
        List<string> queries = [.. results.Select(result => result.Label).Distinct()];
        string[] galleries = [.. results.Select(result => result.Gallery).Distinct().OrderBy(queries.IndexOf)];
        Listing.Print(["R@1 (chance)", .. galleries.Select(name => "-> " + name)],
            [.. results.GroupBy(result => result.Label).Select(row => (string[])[row.Key, .. galleries.Select(name => Cell(row.FirstOrDefault(result => result.Gallery == name)))])]);
    }

    /// <summary>Every number, shares from 0 to 1; the first result is what was asked for.</summary>
    public JsonObject ToJson(IReadOnlyList<RetrievalOutcome> outcomes)
    {
        var json = new JsonObject
        {
            ["model"] = Model,
            ["data"] = Split.Folder,
            ["split"] = Split.Name,
            ["items"] = Split.Items.Count,
            ["results"] = new JsonArray([.. outcomes.SelectMany(outcome => outcome.Results.Select(result => ToJson(result, outcome.Skipped)))]),
        };
        if (Page is not null) json["report"] = Page;
        return json;
    }

    private static JsonObject ToJson(RetrievalResult result, int skipped) => new()
    {
        ["query"] = result.Query,
        ["via"] = result.Via,
        ["gallery"] = result.Gallery,
        ["queries"] = result.Recall.Queries,
        ["candidates"] = result.Recall.Candidates,
        ["skipped"] = skipped,
        ["recall_at_1"] = result.Recall.At1,
        ["recall_at_1_low"] = result.Recall.At1Interval.Low,
        ["recall_at_1_high"] = result.Recall.At1Interval.High,
        ["recall_at_5"] = result.Recall.At5,
        ["recall_at_10"] = result.Recall.At10,
        ["chance_at_1"] = result.Recall.Chance1,
        ["chance_at_5"] = result.Recall.Chance5,
        ["chance_at_10"] = result.Recall.Chance10,
        ["mean_rank"] = result.Recall.MeanRank,
        ["median_rank"] = result.Recall.MedianRank,
        ["mean_reciprocal_rank"] = result.Recall.MeanReciprocalRank,
        ["attributes"] = new JsonObject(result.Attributes.Select(pair =>
            KeyValuePair.Create(pair.Key, (JsonNode?)new JsonObject { ["accuracy"] = pair.Value.Accuracy, ["chance"] = pair.Value.Chance }))),
    };

    private void PrintHead()
    {
        Console.Out.WriteLine($"{Model} on {Split.Folder}, split {Split.Name}");
        if (Page is not null) Console.Out.WriteLine($"report: {Page}");
        Console.Out.WriteLine();
    }

    private static string[] Row(RetrievalResult result)
    {
        var recall = result.Recall;
        return
        [
            result.Label, result.Gallery, Percent(recall.At1), $"{Percent(recall.At1Interval.Low)} to {Percent(recall.At1Interval.High)}", Percent(recall.At5), Percent(recall.At10),
            recall.MeanRank.ToString("0.0", CultureInfo.InvariantCulture), recall.MedianRank.ToString("0.0", CultureInfo.InvariantCulture),
            recall.MeanReciprocalRank.ToString("0.000", CultureInfo.InvariantCulture), $"{recall.Queries}", $"{recall.Candidates}",
        ];
    }

    private static string[] Chance(RetrievalResult result) =>
        ["(chance)", "", Percent(result.Recall.Chance1), "", Percent(result.Recall.Chance5), Percent(result.Recall.Chance10), "", "", "", "", ""];

    private static string Cell(RetrievalResult? result) => result is null ? "-" : $"{Percent(result.Recall.At1)} ({Percent(result.Recall.Chance1)})";

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
