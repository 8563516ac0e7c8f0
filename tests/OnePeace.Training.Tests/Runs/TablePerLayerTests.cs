using System.Text.Json.Nodes;
using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;

namespace OnePeace.Training.Tests.Runs;

/// <summary>A stage that gives every layer a table of relative positions of its own.</summary>
public class TablePerLayerTests
{
    private static readonly OptimiserOptions _still = new() { LearningRate = 0, MinimumRate = 0, WeightDecay = 0 };

    private static readonly TrainingStage _deepen = TinyWorld.Meet with { Name = "deepen", TablePerLayer = true };

    [Fact]
    public async Task Tables_start_as_copies_of_the_shared_one_so_that_every_modality_answers_as_before()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet, TinyWorld.Join, _deepen with { Steps = 1, Optimiser = _still });
        var after = await world.RunAsync(recipe, "run");
        var before = Path.Combine(world.Stage(recipe, "run", 1), "model");

        foreach (var modality in new[] { "text", "imu", "image" })   // pictures do not take part in the stage
            Assert.Equal(await world.EmbedAsync(before, modality), await world.EmbedAsync(after, modality));
        Assert.Equal((false, true), (PerLayer(before), PerLayer(after)));
        foreach (var modality in new[] { "text", "imu" })
        {
            Assert.Equal((1, 2), (Tables(before, modality).Count, Tables(after, modality).Count));
            Assert.Equal(Tables(after, modality)[0], Tables(after, modality)[1]);
            Assert.Equal(Tables(before, modality)[0], Tables(after, modality)[0]);
            Assert.Contains(Tables(before, modality)[0], value => value != 0);
        }
    }

    [Fact]
    public async Task Every_layer_trains_its_own_and_later_stages_keep_them()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(TinyWorld.Meet, _deepen, TinyWorld.Join);
        var last = await world.RunAsync(recipe, "run");
        var deepened = Path.Combine(world.Stage(recipe, "run", 1), "model");

        foreach (var modality in new[] { "text", "imu" })
        {
            Assert.NotEqual(Tables(deepened, modality)[0], Tables(deepened, modality)[1]);
            Assert.Equal(await world.EmbedAsync(deepened, modality), await world.EmbedAsync(last, modality));
        }
        Assert.True(PerLayer(last));
        Assert.Equal(2, Tables(last, "image").Count);
        Assert.All(await world.EmbedAsync(last, "image"), vector => Assert.Equal(1, Math.Sqrt(vector.Sum(v => v * v)), 1e-4));
    }

    private static bool PerLayer(string model) => JsonNode.Parse(File.ReadAllText(Path.Combine(model, "config.json")))!["core"]!["table_per_layer"]!.GetValue<bool>();

    private static List<float[]> Tables(string model, string modality)
    {
        using var weights = new SafetensorsFile(Path.Combine(model, "modalities", modality, "weights.safetensors"));
        using var scope = torch.NewDisposeScope();
        return [.. weights.Weights.Keys.Where(name => name.Contains("rel_pos_table", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => weights.Read(name).data<float>().ToArray())];
    }
}
