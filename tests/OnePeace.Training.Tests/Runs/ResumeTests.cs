using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Training.Data;
using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Tests.Objectives;

namespace OnePeace.Training.Tests.Runs;

/// <summary>A run that was stopped goes on and ends with the bytes of one that was not.</summary>
public class ResumeTests
{
    private static readonly TrainingStage _tried = TinyWorld.Join with { Steps = 11, CheckpointEvery = 4 };

    private static readonly Dictionary<string, TrainingStage> _stages = new()
    {
        ["accumulation and average"] = _tried with { Accumulate = 3, Optimiser = _tried.Optimiser with { AverageDecay = 0.8 } },
        ["validation and patience"] = _tried with { Validation = "validation.jsonl", ValidateEvery = 2, Patience = 2, Optimiser = _tried.Optimiser with { LearningRate = 0.2 } },
        ["no pivot cache"] = _tried with { CachePivot = false, DropPath = 0.5 },
        ["denoising and drop path"] = _tried with
        {
            DropPath = 0.5,
            Losses = OfficialStages.LaterLosses,
            Decoder = new DecoderOptions { Width = 16, Heads = 2, Layers = 2, ExpertWidth = 24 },
            Optimiser = _tried.Optimiser with { AverageDecay = 0.5 },
        },
        ["a table for every layer"] = _tried with { TablePerLayer = true, ActivationCheckpointing = true, Trains = new TrainedParts { Core = true, Pivot = ["all"] } },
        ["everything trains, in bfloat16"] = _tried with { Precision = "bfloat16", Trains = new TrainedParts { Core = true, Pivot = ["all"] }, Accumulate = 2, DropPath = 0.3 },
    };

    public static IEnumerable<TheoryDataRow<string>> Names => _stages.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_run_that_is_stopped_at_random_steps_ends_with_the_same_bytes(string name)
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 4 }, _stages[name]);
        await world.RunAsync(recipe, "whole");
        var random = new Random(Encoding.UTF8.GetBytes(name).Sum(b => b));

        await world.RunInPiecesAsync(recipe, "pieces", random.Next(1, 4), random.Next(1, 4), random.Next(1, 3));

        for (var stage = 0; stage < 2; stage++)
            Assert.Equal(TinyWorld.Hashes(world.Stage(recipe, "whole", stage)), TinyWorld.Hashes(world.Stage(recipe, "pieces", stage)));
    }

    [Fact]
    public async Task A_run_on_parts_of_pictures_that_is_stopped_ends_with_the_same_bytes_and_others_than_one_on_whole_pictures()
    {
        await using var world = new TinyWorld();
        foreach (var picture in Directory.GetFiles(world.Data, "*.bmp")) File.WriteAllBytes(picture, Striped(File.ReadAllBytes(picture)));
        var parts = _tried with { Accumulate = 2, Validation = "validation.jsonl", ValidateEvery = 4, Augment = new Dictionary<string, JsonObject> { ["image"] = new() { ["min_scale"] = 0.2 } } };
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 4 }, parts);
        await world.RunAsync(recipe, "whole");

        await world.RunInPiecesAsync(recipe, "pieces", 3, 2, 4, 2);

        Assert.Equal(TinyWorld.Hashes(world.Stage(recipe, "whole", 1)), TinyWorld.Hashes(world.Stage(recipe, "pieces", 1)));
        var plain = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 4 }, parts with { Augment = null });
        await world.RunAsync(plain, "plain");
        Assert.NotEqual(TinyWorld.Hashes(world.Stage(recipe, "whole", 1)), TinyWorld.Hashes(world.Stage(plain, "plain", 1)));

        // Samples are of one colour, of which every part is the same.
        static byte[] Striped(byte[] bitmap)
        {
            for (var at = 54; at < bitmap.Length; at += 5) bitmap[at] = (byte)(at * 3);
            return bitmap;
        }
    }

    [Fact]
    public async Task Another_seed_ends_with_other_bytes()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 4 });
        await world.RunAsync(recipe, "one");
        await world.RunAsync(recipe with { Seed = 6 }, "other");
        Assert.NotEqual(TinyWorld.Hashes(world.Stage(recipe, "one")), TinyWorld.Hashes(world.Stage(recipe, "other")));
    }

    [Fact]
    public async Task A_data_set_that_goes_in_the_middle_ends_the_run_and_costs_nothing_when_it_is_back()
    {
        await using var world = new TinyWorld();
        world.Write("train.jsonl", Enumerable.Range(0, 200));   // more than are prepared ahead
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 40 });
        await world.RunAsync(recipe, "whole");

        var away = world.At("away");
        await Assert.ThrowsAsync<LostDataException>(() => world.RunAsync(recipe, "run", default, progress =>
        {
            if (progress.Step == 3) Directory.Move(world.Data, away);
        }));
        Directory.Move(away, world.Data);
        await world.RunAsync(recipe, "run");

        Assert.Equal(TinyWorld.Hashes(world.Stage(recipe, "whole")), TinyWorld.Hashes(world.Stage(recipe, "run")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_inside_the_data_set_that_goes_ends_the_run_and_costs_nothing_when_it_is_back(bool whileRunning)
    {
        await using var world = new TinyWorld();
        var folder = Path.Combine(world.Data, "train");
        world.Write("train.jsonl", Enumerable.Range(0, 200), folder: "train/");
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 40 });
        await world.RunAsync(recipe, "whole");

        var away = world.At("away");
        if (!whileRunning) Directory.Move(folder, away);
        var lost = await Assert.ThrowsAsync<LostDataException>(() => world.RunAsync(recipe, "run", default, progress =>
        {
            if (progress.Step == 3) Directory.Move(folder, away);
        }));
        Assert.Contains($"The folder {folder}, of which", lost.Message);
        Directory.Move(away, folder);
        await world.RunAsync(recipe, "run");

        Assert.Equal(TinyWorld.Hashes(world.Stage(recipe, "whole")), TinyWorld.Hashes(world.Stage(recipe, "run")));
        Assert.False(File.Exists(StageRun.BadPairsOf(world.Stage(recipe, "run"))));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_ends_the_run_and_leaves_the_one_before()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet);
        await world.RunAsync(recipe, "whole");
        var obstacle = Path.Combine(world.Stage(recipe, "run"), "checkpoint-0000000004.safetensors");
        Directory.CreateDirectory(obstacle);

        await Assert.ThrowsAnyAsync<Exception>(() => world.RunAsync(recipe, "run"));
        Assert.EndsWith("02.safetensors", Assert.Single(TinyWorld.Checkpoints(world.Stage(recipe, "run"))));
        Assert.Empty(Directory.GetFiles(world.Stage(recipe, "run"), "*.tmp"));
        Directory.Delete(obstacle);
        await world.RunAsync(recipe, "run");

        Assert.Equal(TinyWorld.Hashes(world.Stage(recipe, "whole")), TinyWorld.Hashes(world.Stage(recipe, "run")));
    }

    [Fact]
    public async Task Two_runs_in_one_folder_are_refused()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet);
        Exception? refused = null;
        await world.RunAsync(recipe, "run", default, progress =>
        {
            if (progress.Step == 1) refused = Record.Exception(() => world.RunAsync(recipe, "run").GetAwaiter().GetResult());
        });
        Assert.Contains("another one uses it", Assert.IsAssignableFrom<IOException>(refused).Message);
    }

    [Fact]
    public async Task What_a_killed_process_left_half_written_is_swept_and_nothing_else()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 2 });
        var stage = world.Stage(recipe, "run");
        Directory.CreateDirectory(Path.Combine(stage, $"model.{Guid.NewGuid():N}.tmp", "modalities"));
        File.WriteAllText(Path.Combine(stage, $"checkpoint-0000000001.safetensors.{Guid.NewGuid():N}.tmp"), "");
        File.WriteAllText(Path.Combine(stage, "mine.tmp"), "");
        await world.RunAsync(recipe, "run");
        Assert.Equal("mine.tmp", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(stage, "*.tmp"))));
    }
}
