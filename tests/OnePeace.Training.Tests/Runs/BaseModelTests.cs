using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Tests.Runs;

/// <summary>What a run that goes on checks of the model it began with, and which temperature a trained model has.</summary>
public class BaseModelTests
{
    private static readonly TrainingRecipe _goesOn = TinyWorld.Recipe(TinyWorld.Join with { Steps = 4 }) with { Model = null };

    [Fact]
    public async Task Another_base_model_with_the_same_core_does_not_take_up_the_checkpoints()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 2 }, TinyWorld.Join with { Name = "text-only", Other = "imu", Steps = 2, Trains = new TrainedParts { Pivot = ["projection"] } });
        var after = await world.RunAsync(recipe, "first");
        var before = Path.Combine(world.Stage(recipe, "first"), "model");
        Assert.Equal(TinyWorld.Hash(Path.Combine(before, "core.safetensors")), TinyWorld.Hash(Path.Combine(after, "core.safetensors")));
        var stage = _goesOn with { Stages = [TinyWorld.Join with { Steps = 4, Options = new() { ["use_attn_bias"] = true, ["bucket_size"] = 2, ["rel_bucket_size"] = 2, ["image_size"] = 32 } }] };

        await world.RunFromAsync(before, stage, "run");
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => world.RunFromAsync(after, stage, "run"));

        Assert.Contains("another recipe, seed or model", error.Message);
        await world.RunFromAsync(before, stage, "run");
    }

    [Fact]
    public async Task Other_pairs_to_validate_on_do_not_take_up_the_checkpoints()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Validation = "validation.jsonl", ValidateEvery = 2 });
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.RunAsync(recipe, "run", stop.Token, progress => { if (progress.Step == 3) stop.Cancel(); }));
        world.Write("validation.jsonl", Enumerable.Range(TinyWorld.Pairs, 9));
        Assert.Contains("another recipe, seed, model or data", (await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(recipe, "run"))).Message);
    }

    [Fact]
    public async Task A_first_model_of_another_seed_is_refused_also_before_the_first_stage_began()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 2 });
        await world.RunAsync(recipe, "run");
        Directory.Delete(world.Stage(recipe, "run"), recursive: true);
        foreach (var other in new[] { recipe with { Seed = 6 }, recipe with { Model = recipe.Model! with { FirstScale = 2 } } })
            Assert.Contains("another recipe, seed or model", (await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(other, "run"))).Message);
        await world.RunAsync(recipe, "run");
    }

    [Theory]
    [InlineData("imu", true)]
    [InlineData("image", false)]
    public async Task The_trained_temperature_is_kept_where_a_modality_that_was_there_trains(string other, bool isKept)
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 2 }, TinyWorld.Join with { Name = "next", Other = other, Steps = 4, ResetLogitScale = false });
        using var after = ModelDirectory.Open(await world.RunAsync(recipe, "run"));
        using var before = ModelDirectory.Open(Path.Combine(world.Stage(recipe, "run"), "model"));
        Assert.Equal(isKept, after.LogitScale != before.LogitScale);
    }
}
