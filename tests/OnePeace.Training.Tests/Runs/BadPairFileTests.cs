using System.Text.Json.Nodes;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Training.Tests.Runs;

/// <summary>The list of pairs that a stage left out.</summary>
public class BadPairFileTests
{
    private static readonly TrainingRecipe _recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 12 });

    [Fact]
    public async Task Bad_pairs_are_listed_with_their_reason_also_those_met_before_a_stop()
    {
        await using var world = new TinyWorld();
        File.WriteAllText(Path.Combine(world.Data, "3.csv"), "no numbers");
        File.Delete(Path.Combine(world.Data, "7.csv"));
        await world.RunInPiecesAsync(_recipe, "run", 7);

        var lines = File.ReadAllLines(StageRun.BadPairsOf(world.Stage(_recipe, "run"))).Select(line => JsonNode.Parse(line)!).ToList();

        Assert.Equal([3, 7], lines.Select(line => (int)line["index"]!));
        Assert.Equal(["row 4", "#7"], lines.Select(line => (string)line["id"]!));
        Assert.Contains("7.csv' cannot be read, because it is not there", (string)lines[1]["reason"]!);
        Assert.All(lines, line => Assert.DoesNotContain("Exception", (string)line["reason"]!));
    }

    [Fact]
    public async Task Without_a_bad_pair_there_is_no_list()
    {
        await using var world = new TinyWorld();
        await world.RunAsync(_recipe, "run");
        Assert.False(File.Exists(StageRun.BadPairsOf(world.Stage(_recipe, "run"))));
    }
}
