using OnePeace.Training.Budgets;
using OnePeace.Training.Recipes;
using OnePeace.Training.Tests.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Tests.Budgets;

/// <summary>What a run is reckoned to take is held against what it takes.</summary>
public sealed class RunSpaceTests
{
    private static readonly TrainingStage Meet = TinyWorld.Meet with { Steps = 4, CheckpointEvery = 1 }, Join = TinyWorld.Join with { Steps = 4, CheckpointEvery = 1 };

    [Fact]
    public async Task A_run_fills_no_more_of_the_disk_than_was_reckoned_and_not_much_less()
    {
        await using var world = new TinyWorld();
        var first = TinyWorld.Recipe(Meet, Join);
        await world.RunAsync(first, "first");
        var model = Path.Combine(world.Stage(first, "first"), "model");
        Assert.InRange(RunSpace.Bytes(first, null), Filled(world.At("first")), 3 * Filled(world.At("first")));

        var next = new TrainingRecipe { Name = "next", Stages = [Join with { Options = first.Model!.Modalities["image"] }, Meet with { Name = "core", Trains = new TrainedParts { Core = true, Pivot = ["experts"] } }] };
        await world.RunFromAsync(model, next, "next");
        using var served = ModelSources.Open(model);
        Assert.InRange(RunSpace.Bytes(next, served), Filled(world.At("next")), 3 * Filled(world.At("next")));
    }

    [Fact]
    public async Task Weights_are_reckoned_from_above()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(Meet, Join);
        using var model = ModelSources.Open(await world.RunAsync(recipe, "run"));
        var weights = model.Modalities.Values.Select(modality => modality.Weights).Append(model.Core).SelectMany(source => source.Weights.Values).Sum(weight => TensorSize.Count(weight.Shape));
        Assert.InRange(new RecipeSize(recipe, null).Made, weights, 2 * weights);
    }

    [Fact]
    public void A_run_that_the_disk_has_no_room_for_is_told_what_it_needs_and_what_is_free()
    {
        var recipe = TinyWorld.Recipe(Meet, Join);
        var needed = (long)Math.Ceiling(RunSpace.Bytes(recipe, null));
        Assert.Null(BudgetCheck.NoSpace(recipe, null, kept: 0, free: needed));
        Assert.Null(BudgetCheck.NoSpace(recipe, null, kept: 1000, free: needed - 1000));
        var refusal = BudgetCheck.NoSpace(recipe, null, kept: 0, free: 1 << 20);
        Assert.All(["MiB more of the server's disk", "1MiB are free", "delete runs"], words => Assert.Contains(words, refusal));
    }

    private static long Filled(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
