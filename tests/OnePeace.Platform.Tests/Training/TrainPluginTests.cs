using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Training;

/// <summary>An author's own modality is trained and evaluated from its project's folder.</summary>
public sealed class TrainPluginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_project_that_does_not_ship_is_trained_with_and_evaluated()
    {
        var plugin = RawBytesProject.Write(_folder["plugin"]);
        var project = new TrainProject(_folder);
        project.Save(Recipe());
        foreach (var name in new[] { "train.jsonl", "validation.jsonl", "heldout.jsonl" })
            File.WriteAllLines(Path.Combine(project.Data, name), Enumerable.Range(0, 12).Select(i => new JsonObject { ["id"] = $"{i}", ["text"] = $"number {i}", ["raw_bytes"] = $"{i}.bin" }.ToJsonString()));
        foreach (var i in Enumerable.Range(0, 11)) File.WriteAllBytes(Path.Combine(project.Data, $"{i}.bin"), Encoding.UTF8.GetBytes($"bytes of {i}"));

        (await CommandRun.OfAsync(project.Command("model"))).ShouldFail(1, "no plugin for the modality 'raw_bytes'");
        var trained = JsonNode.Parse((await CommandRun.OfAsync([.. project.Command("model"), "--plugin", plugin, "--json"])).ShouldSucceed().Output)!;

        Assert.True(Directory.Exists(_folder["model/modalities/raw_bytes"]));
        var bad = (string)Assert.Single(trained["bad_pairs"]!.AsArray())!;
        Assert.Contains("11.bin", File.ReadAllText(bad));
        Assert.Contains("bad-pairs.jsonl", File.ReadAllText(Path.Combine(Path.GetDirectoryName(bad)!, "report.html")));
        File.WriteAllBytes(Path.Combine(project.Data, "11.bin"), "bytes of 11"u8.ToArray());
        string[] evaluate = ["eval", "retrieval", "--model", _folder["model"], "--data", project.Data, "--query", "text", "--gallery", "raw_bytes"];
        (await CommandRun.OfAsync([.. evaluate, "--plugin", plugin])).ShouldSucceed();
    }

    [Fact]
    public async Task A_folder_without_a_plugin_is_told()
    {
        var project = new TrainProject(_folder);
        Directory.CreateDirectory(_folder["empty"]);
        (await CommandRun.OfAsync([.. project.Command("model"), "--plugin", _folder["empty"]])).ShouldFail(1, "must hold one *.deps.json, but holds 0");
        (await CommandRun.OfAsync([.. project.Command("model"), "--plugin", _folder["none"]])).ShouldFail(1, "--plugin", "no such folder");
    }

    private static JsonObject Recipe()
    {
        var recipe = TrainProject.Recipe(steps: 4);
        recipe["model"]!["modalities"]!["raw_bytes"] = new JsonObject();
        var stage = recipe["stages"]![0]!.DeepClone();
        stage["other"] = "raw_bytes";
        stage["losses"] = new JsonObject { ["other_alone"] = 0, ["pivot_joint"] = 0, ["other_joint"] = 0 };
        recipe["stages"] = new JsonArray(stage);
        return recipe;
    }
}
