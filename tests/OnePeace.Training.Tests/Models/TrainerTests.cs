using System.Text.Json.Nodes;
using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;
using OnePeace.Training.Steps;
using OnePeace.Training.Tests.Objectives;
using OnePeace.Training.Tests.Runs;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Models;

/// <summary>Counts live tensors, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Single steps: the pivot's cache, precision, divergence, memory.</summary>
[Collection(nameof(Alone))]
public class TrainerTests(ITestOutputHelper output)
{
    private static readonly TrainingStage _denoising = TinyWorld.Join with
    {
        Steps = 100,
        DropPath = 0.5,
        Losses = OfficialStages.LaterLosses,
        Decoder = new DecoderOptions { Width = 16, Heads = 2, Layers = 2, ExpertWidth = 24 },
        Optimiser = TinyWorld.Join.Optimiser with { AverageDecay = 0.9 },
    };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    public async Task The_pivot_cache_changes_no_gradient_beyond_rounding_and_is_hit(double dropPath)
    {
        await using var world = new TinyWorld();
        var model = await FirstAsync(world);
        var stage = TinyWorld.Join with { DropPath = dropPath, Steps = 30 };
        await using var cached = await TinyTrainer.OpenAsync(world, model, stage);
        await using var computed = await TinyTrainer.OpenAsync(world, model, stage with { CachePivot = false });

        var (one, other) = (await cached.StepAsync(), await computed.StepAsync());
        Assert.Equal(one.Loss, other.Loss, 1e-5);
        var (gradients, expected) = (Gradients(cached.Trainer), Gradients(computed.Trainer));
        Assert.Equal(expected.Keys, gradients.Keys);
        var difference = expected.Max(g => g.Value.Zip(gradients[g.Key], (a, b) => Math.Abs(a - b)).Max());
        Assert.True(difference <= 1e-5, $"gradients differ by {difference:e1}");
        Assert.Contains(expected.Values, g => g.Any(v => Math.Abs(v) > 1e-3));

        while (cached.Trainer.Done < 12) await cached.StepAsync();   // two epochs of six batches of four
        Assert.Equal((TinyWorld.Pairs, TinyWorld.Pairs), cached.Trainer.PivotCacheUse);
        Assert.Equal((0, 0), computed.Trainer.PivotCacheUse);
        output.WriteLine($"gradients within {difference:e1} of up to {expected.Values.Max(g => g.Max(Math.Abs)):e1}");
    }

    [Fact]
    public async Task A_frozen_pivot_that_is_changed_at_random_is_computed_every_time()
    {
        await using var world = new TinyWorld();
        var model = await world.RunAsync(TinyWorld.Recipe(TinyWorld.Meet with { Other = "image", Steps = 1 }), "pictures");
        var stage = TinyWorld.Join with { Pivot = "image", Other = "imu" };
        await using var plain = await TinyTrainer.OpenAsync(world, model, stage);
        await using var changed = await TinyTrainer.OpenAsync(world, model, stage with { Augment = new Dictionary<string, JsonObject> { ["image"] = [] } });
        await plain.StepAsync();
        await changed.StepAsync();
        Assert.Equal((0, stage.BatchSize), plain.Trainer.PivotCacheUse);
        Assert.Equal((0, 0), changed.Trainer.PivotCacheUse);
    }

    [Fact]
    public async Task Bfloat16_begins_with_the_loss_of_float32_and_learns()
    {
        await using var world = new TinyWorld();
        var model = await FirstAsync(world);
        var stage = TinyWorld.Join with { Steps = 60, BatchSize = 8, Trains = new TrainedParts { Core = true, Pivot = ["all"] }, Optimiser = new OptimiserOptions { LearningRate = 1e-3 } };
        await using var single = await TinyTrainer.OpenAsync(world, model, stage);
        await using var brief = await TinyTrainer.OpenAsync(world, model, stage with { Precision = "bfloat16" });
        Assert.Equal(ScalarType.BFloat16, brief.Trainer.Model.DataType);
        var losses = new List<(double Single, double Brief)>();
        while (single.Trainer.Done < stage.Steps) losses.Add(((await single.StepAsync()).Loss, (await brief.StepAsync()).Loss));

        output.WriteLine($"first {losses[0]}, last ten {losses.TakeLast(10).Average(l => l.Single):0.000} and {losses.TakeLast(10).Average(l => l.Brief):0.000}");
        Assert.Equal(losses[0].Single, losses[0].Brief, 0.05);
        Assert.True(losses.TakeLast(10).Average(l => l.Brief) < losses.Take(10).Average(l => l.Brief) * 0.7);
        Assert.True(losses.TakeLast(10).Average(l => l.Brief) < losses.TakeLast(10).Average(l => l.Single) + 0.15);
    }

    [Fact]
    public async Task A_loss_that_is_no_number_ends_the_step_and_changes_nothing()
    {
        await using var world = new TinyWorld();
        await using var tiny = await TinyTrainer.OpenAsync(world, await FirstAsync(world), TinyWorld.Join with { Accumulate = 2, CachePivot = false });
        await tiny.StepAsync();
        using (no_grad()) tiny.Trainer.Model.Pivot.parameters().First().fill_(double.NaN);   // frozen: all that trains is finite still
        using var before = tiny.Trainer.Capture();

        var diverged = await Assert.ThrowsAsync<DivergedException>(tiny.StepAsync);

        Assert.Equal(2, diverged.Step);
        Assert.Contains("step 2: the loss is not finite", diverged.Message);
        Assert.Equal(1, tiny.Trainer.Done);
        using var after = tiny.Trainer.Capture();
        Assert.Equal(before.Digest(), after.Digest());
        Assert.All(tiny.Trainer.Model.Parameters, p => Assert.Null(p.Value.grad));
    }

    [Fact]
    public async Task A_weight_that_is_no_number_is_not_captured()
    {
        await using var world = new TinyWorld();
        await using var tiny = await TinyTrainer.OpenAsync(world, await FirstAsync(world), TinyWorld.Join);
        await tiny.StepAsync();
        using (no_grad()) tiny.Trainer.Model.Other.parameters().Last().fill_(double.NaN);
        Assert.Contains("step 1: a weight is not finite", Assert.Throws<DivergedException>(tiny.Trainer.Capture).Message);
    }

    [Fact]
    public async Task Steps_with_all_losses_keep_no_tensor_and_disposal_frees_the_rest()
    {
        await using var world = new TinyWorld();
        var model = await FirstAsync(world);
        await (await TinyTrainer.OpenAsync(world, model, _denoising)).DisposeAsync();   // what is built once a process
        Collect();
        var before = TensorCensus.Live;
        var tiny = await TinyTrainer.OpenAsync(world, model, _denoising);
        for (var i = 0; i < 3; i++) await tiny.StepAsync();
        Collect();
        var early = TensorCensus.Live;
        for (var i = 0; i < 50; i++) await tiny.StepAsync();
        Collect();
        Assert.Equal(early, TensorCensus.Live);
        await KeepingIsCountedAsync(tiny, early);
        tiny.Trainer.Capture().Dispose();
        Assert.Equal(early, TensorCensus.Live);
        await tiny.DisposeAsync();
        Collect();
        Assert.Equal(before, TensorCensus.Live);
        Assert.True(early > before);
    }

    /// <summary>That nothing was counted must mean that nothing is kept: a tensor that every step keeps is seen.</summary>
    private static async Task KeepingIsCountedAsync(TinyTrainer tiny, long before)
    {
        var kept = new List<Tensor>();
        for (var i = 0; i < 5; i++)
        {
            await tiny.StepAsync();
            kept.Add(tiny.Trainer.Model.Parameters.First().Value.detach());
        }
        Collect();
        Assert.Equal(before + kept.Count, TensorCensus.Live);
        kept.ForEach(tensor => tensor.Dispose());
        Assert.Equal(before, TensorCensus.Live);
    }

    /// <summary>Until nothing more goes: what a finaliser lets go may be the last that held something else, and tests before may have left such things.</summary>
    private static void Collect()
    {
        const int Still = 3, Most = 50;
        var (live, still) = (-1L, 0);
        for (var round = 0; still < Still && round < Most; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            still = TensorCensus.Live == live ? still + 1 : 0;
            live = TensorCensus.Live;
        }
    }

    private static async Task<string> FirstAsync(TinyWorld world) => await world.RunAsync(TinyWorld.Recipe(TinyWorld.Meet with { Steps = 2 }), "first");

    /// <summary>Adam's first means after one step are a share of the gradients.</summary>
    private static Dictionary<string, float[]> Gradients(Trainer trainer)
    {
        using var state = trainer.Capture();
        return state.Tensors.Where(t => t.Key.StartsWith("mean/", StringComparison.Ordinal)).ToDictionary(t => t.Key, t => t.Value.data<float>().Select(v => v * 10).ToArray());
    }
}
