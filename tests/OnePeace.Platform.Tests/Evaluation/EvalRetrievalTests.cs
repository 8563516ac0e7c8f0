using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Evaluation;

/// <summary><c>onepeace eval retrieval</c> on a few real files.</summary>
public sealed class EvalRetrievalTests : IDisposable
{
    private static readonly string[] Images = ["a_scene.jpg", "b_scene.png", "rgba.png", "wide.png"];
    private static readonly string[] Sounds = ["exact_1s.wav", "float_16k.wav", "stereo_44k.wav", "short_0_3s.wav"];

    private readonly TemporaryFolder _folder = new();

    public EvalRetrievalTests()
    {
        string[] sizes = ["small", "large"], colours = ["red", "green"];
        File.WriteAllLines(_folder["heldout.jsonl"], Enumerable.Range(0, 4).Select(i => JsonSerializer.Serialize(new
        {
            id = $"item{i}",
            group = $"group{i}",
            text = $"a {sizes[i / 2]} {colours[i % 2]} thing",
            image = TestData.Reference($"image/inputs/{Images[i]}"),
            audio = TestData.Reference($"audio/inputs/{Sounds[i]}"),
            motion = "never.bin",
            attributes = new { size = sizes[i / 2], colour = colours[i % 2] },
        })));
        File.Copy(_folder["heldout.jsonl"], _folder["pool.jsonl"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_pair_is_a_table_for_people_and_numbers_for_scripts_with_a_page_beside()
    {
        var table = (await Evaluate("--query", "audio", "--gallery", "image", "--report", _folder["reports"])).ShouldSucceed().Output;
        Assert.Matches(@"(?m)^audio +image +\d+\.\d % +\d+\.\d % to \d+\.\d %", table);
        Assert.Matches(@"(?m)^\(chance\) +25\.0 % +100\.0 % +100\.0 %", table);
        Assert.Matches(@"(?m)^colour +\d+\.\d % +50\.0 %", table);
        var page = XDocument.Parse(File.ReadAllText(_folder["reports/retrieval.html"])["<!doctype html>\n".Length..]);
        Assert.Equal(16, page.Descendants("img").Count());

        var json = await Json("--query", "audio", "--gallery", "image", "--via", "text", "--via-split", "pool", "--hops", "2");
        Assert.Equal(("demo", "heldout", 4), ((string)json["model"]!, (string)json["split"]!, (int)json["items"]!));
        var results = json["results"]!.AsArray();
        Assert.Equal(["text", null], results.Select(result => (string?)result!["via"]));
        Assert.Equal(
            ["query", "via", "gallery", "queries", "candidates", "skipped", "recall_at_1", "recall_at_1_low", "recall_at_1_high", "recall_at_5", "recall_at_10",
                "chance_at_1", "chance_at_5", "chance_at_10", "mean_rank", "median_rank", "mean_reciprocal_rank", "attributes"],
            results[0]!.AsObject().Select(pair => pair.Key));
        Assert.Equal((0.25, 1, 4), ((double)results[0]!["chance_at_1"]!, (double)results[0]!["recall_at_5"]!, (int)results[0]!["candidates"]!));
        Assert.Equal(["size", "colour"], results[0]!["attributes"]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task All_against_all_is_every_ordered_pair_that_model_and_data_have()
    {
        var pairs = (await Json("--query", "all", "--gallery", "all"))["results"]!.AsArray().Select(result => $"{result!["query"]}-{result["gallery"]}");
        Assert.Equal(["audio-image", "audio-text", "image-audio", "image-text", "text-audio", "text-image"], pairs.Order());
        var table = (await Evaluate("--query", "all", "--gallery", "all")).ShouldSucceed().Output;
        Assert.Matches(@"(?m)^R@1 \(CHANCE\) +-> AUDIO +-> IMAGE +-> TEXT$", table);
        Assert.Matches(@"(?m)^image +\d+\.\d % \(25\.0 %\) +- +\d+\.\d % \(25\.0 %\)$", table);
    }

    [Fact]
    public async Task A_composed_query_is_compared_with_its_parts_alone()
    {
        var results = (await Json("--query", "audio*0.7+text*0.3", "--gallery", "image", "--text-attributes", "colour", "--mismatch"))["results"]!.AsArray();
        Assert.Equal(["audio*0.7+text*0.3", "audio", "text"], results.Select(result => (string)result!["query"]!));
        Assert.All(results, result => Assert.Equal(4, (int)result!["queries"]!));
    }

    [Fact]
    public async Task What_cannot_be_evaluated_is_said_in_one_line()
    {
        (await Evaluate("--query", "motion", "--gallery", "image")).ShouldFail(1, "no modality 'motion'", "audio");
        (await Evaluate("--query", "audio", "--gallery", "image", "--split", "test")).ShouldFail(1, "no split 'test'", "heldout, pool");
        (await Evaluate("--query", "audio", "--gallery", "audio")).ShouldFail(2, "--gallery");
        (await Evaluate("--query", "audio*", "--gallery", "image")).ShouldFail(2, "'audio*'");
        (await Evaluate("--query", "audio", "--gallery", "image", "--report", _folder["none/x.html"])).ShouldFail(1, "none");
    }

    private Task<CommandRun> Evaluate(params string[] arguments) =>
        CommandRun.OfAsync(["eval", "retrieval", "--model", TestData.DemoModel, "--data", _folder["."], .. arguments]);

    private async Task<JsonNode> Json(params string[] arguments) => JsonNode.Parse((await Evaluate([.. arguments, "--json"])).ShouldSucceed().Output)!;
}
