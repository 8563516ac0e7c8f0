using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

/// <summary>Models on disk through the command: generated, inspected, converted.</summary>
public sealed class StoredModelTests : IDisposable
{
    private const long MostBytes = 12_000_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_generated_model_is_the_same_to_the_byte_every_time()
    {
        foreach (var name in new[] { "once", "twice" })
            (await CommandRun.OfAsync("model", "generate", RepositoryFolder.At("models/recipes/tiny.json"), _folder[name])).ShouldSucceed();

        Assert.Equal(Files(_folder["once"]), Files(_folder["twice"]));
        Assert.All(Files(_folder["once"]), name => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["once"], name)), File.ReadAllBytes(Path.Combine(_folder["twice"], name))));
    }

    [Fact]
    public async Task The_model_that_ships_is_small_and_says_what_it_knows()
    {
        Assert.InRange(Files(TestData.DemoModel).Sum(name => new FileInfo(Path.Combine(TestData.DemoModel, name)).Length), 1, MostBytes);
        var inspected = (await CommandRun.OfAsync("inspect", TestData.DemoModel)).ShouldSucceed();
        Assert.Contains("generated scenes", inspected.Output);
    }

    [Fact]
    public async Task The_model_that_ships_finds_pictures_of_sounds_and_motions_whose_combinations_nobody_was_trained_on()
    {
        (await CommandRun.OfAsync("dataset", "make", "--seed", "1", "--size", "10", "--out", _folder["scenes"])).ShouldSucceed();
        var run = (await CommandRun.OfAsync("eval", "retrieval", "--model", TestData.DemoModel, "--data", _folder["scenes"], "--query", "all", "--gallery", "all", "--json")).ShouldSucceed();
        var recalls = JsonNode.Parse(run.Output)!["results"]!.AsArray().ToDictionary(r => $"{r!["query"]} {r["gallery"]}", r => (double)r!["recall_at_1"]!);
        Assert.Equal(12, recalls.Count);
        Assert.True(recalls["text image"] > 0.9 && recalls["audio image"] > 0.6 && recalls["imu image"] > 0.6, run.Output);   // chance: 0.012
    }

    [Fact]
    public async Task Inspect_tells_scripts_what_an_official_checkpoint_holds()
    {
        var run = (await CommandRun.OfAsync("inspect", TestData.Reference("ckpt/retrieval_fp16.pt"), "--json")).ShouldSucceed();
        var facts = JsonNode.Parse(run.Output)!;
        var modalities = facts["modalities"]!.AsArray();
        Assert.Equal(["audio", "image", "text"], modalities.Select(part => (string)part!["name"]!).Order());
        var parts = modalities.Append(facts["core"]).ToList();
        Assert.All(parts, part => Assert.Equal(["float16"], part!["dtypes"]!.AsArray().Select(type => (string)type!)));
        Assert.Equal((long)facts["parameters"]!, parts.Sum(part => (long)part!["parameters"]!));
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Convert_keeps_the_modalities_asked_for_in_the_type_asked_for()
    {
        var folder = _folder["model"];
        (await CommandRun.OfAsync("convert", TestData.Reference("ckpt/retrieval_fp32.pt"), folder, "--dtype", "bfloat16", "--modalities", "text,image")).ShouldSucceed();

        Assert.Equal(["image", "text"], Directory.GetDirectories(Path.Combine(folder, "modalities")).Select(path => Path.GetFileName(path)).Order());
        var facts = JsonNode.Parse((await CommandRun.OfAsync("inspect", folder, "--json")).ShouldSucceed().Output)!;
        Assert.Equal(["bfloat16"], facts["core"]!["dtypes"]!.AsArray().Select(type => (string)type!));
        (await CommandRun.OfAsync("convert", TestData.Reference("ckpt/retrieval_fp32.pt"), folder)).ShouldFail(1, folder, "choose another folder");
    }

    [Fact]
    public async Task What_cannot_be_converted_is_said_before_anything_is_written()
    {
        var checkpoint = TestData.Reference("ckpt/retrieval_fp32.pt");
        (await CommandRun.OfAsync("convert", checkpoint, _folder["a"], "--dtype", "int3")).ShouldFail(2, "int3", "bfloat16");
        (await CommandRun.OfAsync("convert", checkpoint, _folder["b"], "--modalities", "text,smell")).ShouldFail(1, "smell", "audio");
        (await CommandRun.OfAsync("convert", _folder["none.pt"], _folder["c"])).ShouldFail(1, "none.pt");
        Assert.All(["a", "b", "c"], name => Assert.False(Directory.Exists(_folder[name])));
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];
}
