using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;

namespace OnePeace.Training.Tests.Runs;

/// <summary>What a run that fails leaves to be looked at.</summary>
public class FailedRunTests
{
    [Fact]
    public async Task A_run_that_diverges_leaves_the_history_of_every_step_before()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with
        {
            Steps = 400,
            CheckpointEvery = 0,
            Optimiser = new OptimiserOptions { LearningRate = 10, WeightDecay = 1, Warmup = 0, ClipNorm = 0 },
        });
        var diverged = await Assert.ThrowsAsync<DivergedException>(() => world.RunAsync(recipe, "run"));
        var history = StageRun.HistoryOf(world.Stage(recipe, "run"));
        Assert.True(diverged.Step > 1);
        Assert.Equal(Enumerable.Range(1, (int)diverged.Step - 1).Select(step => (long)step), TrainingHistory.Read(history).Steps.Select(line => line.Step));

        var hash = TinyWorld.Hash(history);
        await Assert.ThrowsAsync<DivergedException>(() => world.RunAsync(recipe, "run"));
        Assert.Equal(hash, TinyWorld.Hash(history));
    }

    [Theory]
    [InlineData(2, 8)]    // two steps of four pairs, and what was prepared ahead
    [InlineData(8, 24)]   // a whole epoch
    public async Task A_run_without_two_good_pairs_lists_those_that_it_met(int steps, int least)
    {
        await using var world = new TinyWorld();
        for (var pair = 0; pair < TinyWorld.Pairs; pair++) File.WriteAllText(Path.Combine(world.Data, $"{pair}.csv"), "no numbers");
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = steps, CheckpointEvery = 0 });
        await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(recipe, "run"));
        Assert.InRange(File.ReadLines(StageRun.BadPairsOf(world.Stage(recipe, "run"))).Count(), least, TinyWorld.Pairs);
    }
}
