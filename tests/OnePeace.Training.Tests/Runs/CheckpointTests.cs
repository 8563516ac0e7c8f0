using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Training.Recipes;

namespace OnePeace.Training.Tests.Runs;

/// <summary>Checkpoints that are damaged, or of another run.</summary>
public class CheckpointTests
{
    private static readonly TrainingRecipe _recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 6 });

    [Theory]
    [InlineData("cut in the middle")]
    [InlineData("one bit of a weight turned")]
    [InlineData("empty")]
    [InlineData("no safetensors file")]
    public async Task A_damaged_newest_checkpoint_is_passed_over_for_the_one_before(string damage)
    {
        await using var world = new TinyWorld();
        await world.RunAsync(_recipe, "whole");
        await StopAsync(world, 4);
        var stage = world.Stage(_recipe, "run");
        var newest = TinyWorld.Checkpoints(stage)[^1];
        Assert.EndsWith("04.safetensors", newest);
        Damage(newest, damage);

        var first = 0L;
        await world.RunAsync(_recipe, "run", default, progress => first = first == 0 ? progress.Step : first);

        Assert.Equal(3, first);
        Assert.Equal(TinyWorld.Hashes(world.Stage(_recipe, "whole")), TinyWorld.Hashes(stage));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_read_now_ends_the_run_and_nothing_is_forgotten()
    {
        await using var world = new TinyWorld();
        await StopAsync(world, 4);
        var stage = world.Stage(_recipe, "run");
        var before = Directory.GetFiles(stage).Order().ToDictionary(file => file, TinyWorld.Hash);
        using (new FileStream(TinyWorld.Checkpoints(stage)[^1], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAsync<IOException>(() => world.RunAsync(_recipe, "run"));
        Assert.Equal(before, Directory.GetFiles(stage).Order().ToDictionary(file => file, TinyWorld.Hash));

        var first = 0L;
        await world.RunAsync(_recipe, "run", default, progress => first = first == 0 ? progress.Step : first);
        Assert.Equal(5, first);
    }

    [Fact]
    public async Task Where_every_checkpoint_is_damaged_the_stage_does_not_start_again_by_itself()
    {
        await using var world = new TinyWorld();
        await StopAsync(world, 4);
        var stage = world.Stage(_recipe, "run");
        foreach (var file in TinyWorld.Checkpoints(stage)) Damage(file, "cut in the middle");
        var history = TinyWorld.Hash(Path.Combine(stage, "history.jsonl"));

        await RefusedAsync(world, _recipe, "all 2 are damaged", "remove");

        Assert.Equal(history, TinyWorld.Hash(Path.Combine(stage, "history.jsonl")));
        Assert.Equal(2, TinyWorld.Checkpoints(stage).Length);
    }

    [Fact]
    public async Task A_run_goes_on_only_with_the_recipe_seed_model_and_data_that_it_began_with()
    {
        await using var world = new TinyWorld();
        await StopAsync(world, 3);
        var stage = _recipe.Stages[0];
        await RefusedAsync(world, TinyWorld.Recipe(stage with { Optimiser = stage.Optimiser with { LearningRate = 0.02 } }), "another recipe, seed or model");
        await RefusedAsync(world, _recipe with { Seed = 6 }, "another recipe, seed or model");
        await RefusedAsync(world, _recipe with { Model = TinyWorld.Recipe().Model! with { FirstScale = 2 } }, "another recipe, seed or model");
        var wider = TinyWorld.Recipe(stage);
        wider.Model!.Core["expert_width"] = 64;
        await RefusedAsync(world, wider, "another recipe, seed or model");

        world.Write("train.jsonl", Enumerable.Range(0, TinyWorld.Pairs), " more");
        await RefusedAsync(world, _recipe, "another recipe, seed, model or data");
        world.Write("train.jsonl", Enumerable.Range(0, TinyWorld.Pairs));
        await world.RunAsync(_recipe, "run");
        await RefusedAsync(world, _recipe with { Seed = 6 }, "another recipe, seed or model");   // also when it is done
    }

    [Fact]
    public async Task A_run_of_a_recipe_that_has_changed_goes_on_with_the_stage_that_its_folder_keeps()
    {
        await using var world = new TinyWorld();
        await StopAsync(world, 3);
        var changed = TinyWorld.Recipe(_recipe.Stages[0] with { DropPath = 0.25 });
        var kept = Path.Combine(world.Stage(_recipe, "run"), "stage.json");
        await RefusedAsync(world, changed, $"{kept} keeps the stage and the seed", "--recipe");

        var (own, identity) = (JsonNode.Parse(RecipeFile.Write(changed))!, JsonNode.Parse(await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken))!);
        (own["stages"]![0], own["seed"]) = (identity["stage"]!.DeepClone(), identity["seed"]!.DeepClone());
        var first = 0L;
        await world.RunAsync(RecipeFile.Parse(Encoding.UTF8.GetBytes(own.ToJsonString()), "own"), "run", default, progress => first = first == 0 ? progress.Step : first);

        Assert.True(first > 1);   // from its checkpoint
    }

    private static Task StopAsync(TinyWorld world, int steps) => Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
    {
        using var stop = new CancellationTokenSource();
        await world.RunAsync(_recipe, "run", stop.Token, progress => { if (progress.Step == steps) stop.Cancel(); });
    });

    private static async Task RefusedAsync(TinyWorld world, TrainingRecipe recipe, string word, string todo = "give another folder")
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(recipe, "run"));
        Assert.Contains(word, error.Message);
        Assert.Contains(todo, error.Message);
    }

    private static void Damage(string file, string damage)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[^(bytes.Length / 3)] ^= 1;
        File.WriteAllBytes(file, damage switch
        {
            "cut in the middle" => bytes[..(bytes.Length / 2)],
            "one bit of a weight turned" => bytes,
            "empty" => [],
            _ => "no safetensors file"u8.ToArray(),
        });
    }
}
