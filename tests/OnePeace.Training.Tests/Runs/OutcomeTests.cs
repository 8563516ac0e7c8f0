using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Runs;

/// <summary>Which weights a stage ends with.</summary>
public class OutcomeTests(ITestOutputHelper output)
{
    private const string Projection = "modalities/imu/weights.safetensors";

    [Fact]
    public async Task Averaged_weights_are_published_and_checkpoints_keep_the_trained_ones_too()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Optimiser = TinyWorld.Meet.Optimiser with { AverageDecay = 0.8 } });
        using var model = new SafetensorsFile(Path.Combine(await world.RunAsync(recipe, "run"), Projection));
        using var checkpoint = new SafetensorsFile(TinyWorld.Checkpoints(world.Stage(recipe, "run"))[^1]);

        Assert.True(Equal(model, checkpoint, "average/"));
        Assert.False(Equal(model, checkpoint, "weight/"));
    }

    [Fact]
    public async Task Without_an_average_the_trained_weights_are_published()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet);
        using var model = new SafetensorsFile(Path.Combine(await world.RunAsync(recipe, "run"), Projection));
        using var checkpoint = new SafetensorsFile(TinyWorld.Checkpoints(world.Stage(recipe, "run"))[^1]);
        Assert.True(Equal(model, checkpoint, "weight/"));
    }

    [Fact]
    public async Task A_stage_that_stops_early_takes_the_best_weights_and_not_the_last()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with
        {
            Steps = 200,
            Validation = "validation.jsonl",
            ValidateEvery = 2,
            Patience = 2,
            Optimiser = TinyWorld.Meet.Optimiser with { LearningRate = 0.1, Warmup = 0 },
        });
        using var model = new SafetensorsFile(Path.Combine(await world.RunAsync(recipe, "run"), Projection));
        var stage = world.Stage(recipe, "run");
        var validations = TrainingHistory.Read(StageRun.HistoryOf(stage)).Validations;
        var best = validations.MinBy(line => line.Loss)!;
        output.WriteLine(string.Join(' ', validations.Select(v => $"{v.Step}:{v.Loss:0.000}")));
        Assert.Equal(best.Step + 4, validations[^1].Step);
        Assert.True(validations[^1].Step < 200);
        using var kept = new SafetensorsFile(Path.Combine(stage, "best.safetensors"));
        using var last = new SafetensorsFile(TinyWorld.Checkpoints(stage)[^1]);
        Assert.Equal($"{best.Step}", kept.Metadata["step"]);
        Assert.True(Equal(model, kept, "weight/"));
        Assert.False(Equal(model, last, "weight/"));
    }

    [Fact]
    public async Task Best_weights_that_are_damaged_are_not_replaced_by_the_last_ones()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with { Steps = 4, Validation = "validation.jsonl", ValidateEvery = 2, Patience = 9 });
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(recipe, "run", default, progress =>
        {
            if (progress.Step == 4) File.WriteAllText(Path.Combine(world.Stage(recipe, "run"), "best.safetensors"), "");
        }));
        Assert.Contains("best.safetensors, but the file is missing or damaged", error.Message);
        Assert.False(Directory.Exists(Path.Combine(world.Stage(recipe, "run"), "model")));
    }

    [Fact]
    public async Task A_rate_that_explodes_ends_the_run_and_leaves_finite_checkpoints()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet with
        {
            Steps = 400,
            CheckpointEvery = 1,
            Optimiser = new OptimiserOptions { LearningRate = 10, WeightDecay = 1, Warmup = 0, ClipNorm = 0 },
        });
        var diverged = await Assert.ThrowsAsync<DivergedException>(() => world.RunAsync(recipe, "run"));
        var checkpoints = TinyWorld.Checkpoints(world.Stage(recipe, "run"));
        output.WriteLine($"{diverged.Message} {Path.GetFileName(checkpoints[^1])}");

        Assert.Contains($"step {diverged.Step:N0}", diverged.Message);
        Assert.EndsWith($"{diverged.Step - 1:D10}.safetensors", checkpoints[^1]);
        using (var newest = new SafetensorsFile(checkpoints[^1]))
        {
            foreach (var name in newest.Weights.Keys)
            {
                using var scope = NewDisposeScope();
                Assert.True(newest.Read(name).isfinite().all().item<bool>(), name);
            }
        }
        var bytes = TinyWorld.Hash(checkpoints[^1]);
        var again = await Assert.ThrowsAsync<DivergedException>(() => world.RunAsync(recipe, "run"));
        Assert.Equal(diverged.Step, again.Step);
        Assert.Equal(bytes, TinyWorld.Hash(checkpoints[^1]));
    }

    private static bool Equal(SafetensorsFile model, SafetensorsFile checkpoint, string kind)
    {
        using var scope = NewDisposeScope();
        return model.Weights.Keys.Where(name => name.StartsWith("experts.", StringComparison.Ordinal)).All(name =>
        {
            var key = checkpoint.Weights.Keys.Single(k => k.StartsWith(kind, StringComparison.Ordinal) && k.Contains("imu", StringComparison.Ordinal)
                && k.EndsWith(name["experts.".Length..][2..], StringComparison.Ordinal) && k.Contains($"layers.{name["experts.".Length]}.", StringComparison.Ordinal) && !k.Contains("decoder", StringComparison.Ordinal));
            return model.Read(name).equal(checkpoint.Read(key)).all().item<bool>();
        });
    }
}
