using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

/// <summary>Generated data sets through the command.</summary>
public sealed class DatasetCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Make_writes_a_data_set_says_what_it_is_and_refuses_to_write_over_it()
    {
        string[] command = ["dataset", "make", "--seed", "3", "--size", "20", "--variant", "dropped", "--out", _folder["scenes"]];
        var facts = JsonNode.Parse((await CommandRun.OfAsync([.. command, "--json"])).ShouldSucceed().Output)!;
        Assert.Equal(("dropped", 346, 86), ((string)facts["variant"]!, (int)facts["concepts"]!, (int)facts["held_out"]!));
        Assert.Equal(20, File.ReadAllLines(_folder["scenes/train-text-image.jsonl"]).Length);

        (await CommandRun.OfAsync(command)).ShouldFail(1, _folder["scenes"], "is there already");
    }

    [Theory]
    [InlineData("--variant", "odd", "'private'")]
    [InlineData("--size", "9", "10 to 1,000,000")]
    [InlineData("--seed", "-1", "--seed")]
    public async Task What_cannot_be_made_is_bad_usage_and_writes_nothing(string option, string value, string word)
    {
        string[] seed = option == "--seed" ? [] : ["--seed", "3"];
        (await CommandRun.OfAsync(["dataset", "make", "--out", _folder["scenes"], option, value, .. seed])).ShouldFail(2, word);
        Assert.False(Directory.Exists(_folder["scenes"]));
    }
}
