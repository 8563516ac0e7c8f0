using OnePeace.Training.Recipes;
using OnePeace.Training.Tests.Runs;

namespace OnePeace.Training.Tests.Optimisation;

/// <summary>Which rates a stage's steps have by its recipe.</summary>
public class StageScheduleTests
{
    [Theory]
    [InlineData("polynomial", new[] { 0, 0.5, 1, 0.85, 0.7, 0.55, 0.4, 0.25 })]
    [InlineData("cosine", new[] { 0.1, 0.55, 1, 0.9397114, 0.775, 0.55, 0.325, 0.1602886 })]
    public async Task The_rate_of_every_step_follows_the_schedule_that_the_recipe_names(string schedule, double[] expected)
    {
        await using var world = new TinyWorld();
        var rates = new List<double>();
        await world.RunAsync(TinyWorld.Recipe(Stage(schedule)), "run", default, progress => rates.Add(progress.Last!.LearningRate));
        Assert.Equal(expected.Select(rate => rate * 1e-2), rates, (one, other) => Math.Abs(one - other) < 1e-8);
    }

    [Fact]
    public void A_schedule_that_there_is_not_is_told()
    {
        var bytes = RecipeFile.Write(TinyWorld.Recipe(Stage("staircase")));
        Assert.Contains("expected cosine or polynomial as 'schedule', but got 'staircase'", Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(bytes, "r.json")).Message);
    }

    private static TrainingStage Stage(string schedule) =>
        TinyWorld.Meet with { Optimiser = new OptimiserOptions { LearningRate = 1e-2, MinimumRate = 1e-3, Warmup = 0.25, Schedule = schedule } };
}
