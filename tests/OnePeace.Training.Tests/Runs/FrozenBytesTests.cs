using OnePeace.Training.Recipes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Training.Tests.Runs;

/// <summary>A modality that joins changes nothing of what is there already.</summary>
public class FrozenBytesTests
{
    [Fact]
    public async Task A_stage_that_trains_a_joining_modality_leaves_all_other_weights_and_vectors_as_they_were()
    {
        await using var world = new TinyWorld();
        var (before, after) = await RunAsync(world, TinyWorld.Join.Trains);

        Assert.Empty(Changed(before, after));
        foreach (var modality in new[] { "text", "imu" })
            Assert.Equal(await world.EmbedAsync(before, modality), await world.EmbedAsync(after, modality));
        var pictures = await world.EmbedAsync(after, "image");
        Assert.Equal(8, pictures.Length);
        Assert.All(pictures, vector => Assert.Equal(1, Math.Sqrt(vector.Sum(v => v * v)), 1e-4));
        Assert.False(Directory.Exists(Path.Combine(before, "modalities", "image")));
    }

    [Fact]
    public async Task A_stage_that_trains_the_core_is_told_from_one_that_does_not()
    {
        await using var world = new TinyWorld();
        var (before, after) = await RunAsync(world, TinyWorld.Join.Trains with { Core = true });

        Assert.Equal(["core.safetensors"], Changed(before, after));
        Assert.NotEqual(await world.EmbedAsync(before, "imu"), await world.EmbedAsync(after, "imu"));
    }

    [Fact]
    public async Task Frozen_parts_of_a_modality_that_trains_in_part_keep_their_stored_values_in_any_precision()
    {
        await using var world = new TinyWorld();
        var part = TinyWorld.Join with { Name = "part", Other = "imu", Precision = "bfloat16", Trains = new TrainedParts { Other = ["projection"] } };
        var recipe = TinyWorld.Recipe(TinyWorld.Meet, part);
        var after = await world.RunAsync(recipe, "run");
        using var old = new SafetensorsFile(Path.Combine(world.Stage(recipe, "run"), "model/modalities/imu/weights.safetensors"));
        using var trained = new SafetensorsFile(Path.Combine(after, "modalities/imu/weights.safetensors"));
        var changed = old.Weights.Keys.Where(name => !Same(old, trained, name)).Order(StringComparer.Ordinal);
        Assert.Equal(["projection.bias", "projection.weight"], changed);
    }

    private static bool Same(SafetensorsFile one, SafetensorsFile other, string name)
    {
        using var a = one.Read(name);
        using var b = other.Read(name);
        return a.equal(b).all().item<bool>();
    }

    private static async Task<(string Before, string After)> RunAsync(TinyWorld world, TrainedParts trains)
    {
        var recipe = TinyWorld.Recipe(TinyWorld.Meet, TinyWorld.Join with { Trains = trains });
        var after = await world.RunAsync(recipe, "run");
        return (Path.Combine(world.Stage(recipe, "run"), "model"), after);
    }

    /// <summary>Files of weights that are in both models and differ.</summary>
    private static IEnumerable<string> Changed(string before, string after) => Directory.GetFiles(before, "*.safetensors", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(before, file))
        .Where(name => TinyWorld.Hash(Path.Combine(before, name)) != TinyWorld.Hash(Path.Combine(after, name)));
}
