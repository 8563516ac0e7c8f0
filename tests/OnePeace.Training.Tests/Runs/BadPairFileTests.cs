using System.Text.Json.Nodes;
using OnePeace.Training.Data;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Runs;

/// <summary>The list of pairs that a stage left out.</summary>
public class BadPairFileTests
{
    private static readonly TrainingRecipe _recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 12 });

    [Fact]
    public async Task Bad_pairs_are_listed_with_their_reason()
    {
        await using var world = new TinyWorld();
        File.WriteAllText(Path.Combine(world.Data, "3.csv"), "no numbers");
        File.Delete(Path.Combine(world.Data, "7.csv"));
        await world.RunAsync(_recipe, "run");

        var lines = File.ReadAllLines(StageRun.BadPairsOf(world.Stage(_recipe, "run"))).Select(line => JsonNode.Parse(line)!).ToList();

        Assert.Equal([3, 7], lines.Select(line => (int)line["index"]!));
        Assert.Equal(["line 4 of train.jsonl", "line 8 of train.jsonl"], lines.Select(line => (string)line["place"]!));
        Assert.Contains("7.csv' cannot be read, because it is not there", (string)lines[1]["reason"]!);
        Assert.All(lines, line => Assert.DoesNotContain("Exception", (string)line["reason"]!));
    }

    [Fact]
    public void Pairs_that_were_met_before_a_stop_stay_listed_beside_those_met_after_it()
    {
        using var files = new TestFiles();
        var path = files.At("bad-pairs.jsonl");
        new BadPairFile(path).Write([new BadPair(7, "seven", "too loud"), new BadPair(7, "seventh", "too long", Validation: true)]);
        new BadPairFile(path).Write([new BadPair(3, "three", "too dark")]);
        BadPair[] expected = [new(3, "three", "too dark"), new(7, "seven", "too loud"), new(7, "seventh", "too long", Validation: true)];
        Assert.Equal(expected, new BadPairFile(path).Pairs);
        Assert.Equal([false, false, true], File.ReadLines(path).Select(line => line.Contains("\"validation\":true")));
    }

    [Fact]
    public void No_more_than_a_hundred_are_listed()
    {
        using var files = new TestFiles();
        var path = files.At("bad-pairs.jsonl");
        new BadPairFile(path).Write([.. Enumerable.Range(50, 60).Select(pair => new BadPair(pair, $"{pair}", "no"))]);
        new BadPairFile(path).Write([.. Enumerable.Range(0, 60).Select(pair => new BadPair(pair, $"{pair}", "no"))]);
        Assert.Equal([.. Enumerable.Range(0, 40), .. Enumerable.Range(50, 60)], new BadPairFile(path).Pairs.Select(pair => pair.Index));
    }

    [Fact]
    public async Task Pairs_to_validate_on_are_listed_and_counted_and_so_are_those_met_before_a_stop()
    {
        await using var world = new TinyWorld();
        File.WriteAllText(Path.Combine(world.Data, $"{TinyWorld.Pairs}.csv"), "no numbers");
        File.Delete(Path.Combine(world.Data, "7.csv"));
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 12, Validation = "validation.jsonl", ValidateEvery = 6 });
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.RunAsync(recipe, "run", stop.Token, progress => { if (progress.Step == 7) stop.Cancel(); }));   // after an epoch
        var list = StageRun.BadPairsOf(world.Stage(recipe, "run"));
        Assert.Equal([(7, false), (0, true)], new BadPairFile(list).Pairs.Select(pair => (pair.Index, pair.Validation)));

        world.Write("train.jsonl", Enumerable.Range(0, TinyWorld.Pairs));   // all are good again
        var counted = new List<long>();
        await world.RunAsync(recipe, "run", default, progress => counted.Add(progress.BadPairs));
        Assert.Equal(5, counted.Count);
        Assert.All(counted, count => Assert.Equal(2, count));
        Assert.Equal(2, new BadPairFile(list).Pairs.Count);
    }

    [Fact]
    public async Task Without_a_bad_pair_there_is_no_list()
    {
        await using var world = new TinyWorld();
        await world.RunAsync(_recipe, "run");
        Assert.False(File.Exists(StageRun.BadPairsOf(world.Stage(_recipe, "run"))));
    }
}
