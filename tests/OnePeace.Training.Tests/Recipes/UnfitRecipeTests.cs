using System.Text.Json.Nodes;
using OnePeace.Training.Recipes;
using OnePeace.Training.Tests.Runs;

namespace OnePeace.Training.Tests.Recipes;

/// <summary>Recipes that read well, but do not fit the model, the plugins or the data.</summary>
public class UnfitRecipeTests
{
    private static readonly TrainingStage _meet = TinyWorld.Meet with { Steps = 2 };

    private static readonly Dictionary<string, string> _heard = new() { ["audio"] = "imu" };

    private static readonly Dictionary<string, (TrainingStage Stage, string[] Words)> _cases = new()
    {
        ["pivot without plugin"] = (_meet with { Pivot = "smell" }, ["no plugin", "'smell'", "audio, image, imu, text"]),
        ["modality without options"] = (_meet with { Other = "audio", Columns = _heard }, ["trains on the modality 'audio'", "no options for it", "'model.modalities'"]),
        ["pivot without options"] = (_meet with { Pivot = "audio", Columns = _heard, Options = new JsonObject { ["use_attn_bias"] = true } }, ["trains on the modality 'audio'", "Start from a model that has it"]),
        ["frozen pivot of nobody"] = (_meet with { Trains = new TrainedParts { Core = true } }, ["aligns 'imu' to 'text' as it is", "no 'text'", "none yet"]),
        ["experts of nobody"] = (_meet with { ExpertsFrom = "smell" }, ["experts from 'smell'", "no such modality"]),
        ["no such data"] = (_meet with { Data = "nothing.jsonl" }, ["no data set at", "nothing.jsonl"]),
        ["data out of the folder"] = (_meet with { Data = "../other.jsonl" }, ["'../other.jsonl'", "without '..'"]),
        ["column of another modality"] = (_meet with { Columns = new Dictionary<string, string> { ["smell"] = "x" } }, ["'smell': 'x'", "'text' or 'imu'"]),
        ["rows lack a column"] = (_meet with { Columns = new Dictionary<string, string> { ["imu"] = "motion" } }, ["must have a column 'motion' for the modality 'imu'", "has text, imu, image"]),
        ["batch beyond the data"] = (_meet with { BatchSize = 1000 }, ["A batch of 1,000", "24 pairs"]),
        ["table lacks a column"] = (_meet with { Data = "table.csv" }, ["must have a column 'imu'", "has text, motion"]),
        ["one pair to validate on"] = (_meet with { Validation = "one.jsonl", ValidateEvery = 1 }, ["Validation needs two pairs", "one.jsonl has 1"]),
        ["option of the wrong kind"] = (_meet with { Options = new JsonObject { ["use_attn_bias"] = "perhaps" } }, ["'use_attn_bias' must be true or false", "perhaps"]),
        ["inputs that no plugin changes"] = (_meet with { Augment = new Dictionary<string, JsonObject> { ["imu"] = [] } }, ["Stage 'meet', its 'augment' of 'imu'", "can change its inputs at random", "take it out"]),
        ["unknown change of pictures"] = (_meet with { Other = "image", Augment = new Dictionary<string, JsonObject> { ["image"] = new() { ["flip"] = true } } }, ["its 'augment' of 'image'", "'flip'", "min_scale"]),
        ["block that is no length"] = (_meet with { Losses = new(), Masking = new Dictionary<string, Modalities.Masking> { ["imu"] = new(0.5, 0.5, BlockLength: 0) } }, ["blocks of 1 token or more"]),
    };

    [Fact]
    public async Task A_later_stage_that_lacks_a_column_is_told_before_the_first_is_trained()
    {
        await using var world = new TinyWorld();
        var recipe = TinyWorld.Recipe(_meet, TinyWorld.Join with { Columns = new Dictionary<string, string> { ["image"] = "picture" } });
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => world.RunAsync(recipe, "run"));
        Assert.Contains("must have a column 'picture' for the modality 'image'", error.Message);
        Assert.False(Directory.Exists(world.At("run")));
    }

    public static IEnumerable<TheoryDataRow<string>> Names => _cases.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_does_not_fit_is_told_in_words(string name)
    {
        await using var world = new TinyWorld();
        File.WriteAllText(Path.Combine(world.Data, "table.csv"), "text,motion\na,0.csv\nb,1.csv\n");
        world.Write("one.jsonl", [3]);
        var (stage, words) = _cases[name];

        var error = await Record.ExceptionAsync(() => world.RunAsync(TinyWorld.Recipe(stage), "run"));

        Assert.True(error is InvalidDataException or IOException or Engine.Plugins.PluginLoadException, $"{error}");   // those that the command prints as one line
        Assert.All(words, word => Assert.Contains(word, error.Message));
    }

    [Fact]
    public async Task A_stage_says_how_large_the_weights_are_that_start_in_it()
    {
        await using var world = new TinyWorld();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var still = TinyWorld.Join with { Steps = 1, Optimiser = new OptimiserOptions { LearningRate = 0, MinimumRate = 0, WeightDecay = 0 } };
        using var once = await JoinAsync("once", still with { FirstScale = 1 });
        using var thrice = await JoinAsync("thrice", still with { FirstScale = 3 });
        const string matrix = "experts.0.0.wi_0.weight", vector = "experts.0.3.bias";
        Assert.True(once.Read(matrix).mul(3).allclose(thrice.Read(matrix)));
        Assert.True(once.Read(matrix).abs().max().item<float>() > 0);
        Assert.True(once.Read(vector).equal(thrice.Read(vector)).all().item<bool>());

        async Task<Transformer.Checkpoints.SafetensorsFile> JoinAsync(string run, TrainingStage stage) =>
            new(Path.Combine(await world.RunAsync(TinyWorld.Recipe(_meet, stage), run), "modalities/image/weights.safetensors"));
    }

    [Fact]
    public async Task Experts_start_from_those_of_a_modality_that_the_model_has()
    {
        await using var world = new TinyWorld();
        var join = TinyWorld.Join with { Steps = 1, ExpertsFrom = "text", Optimiser = new OptimiserOptions { LearningRate = 0, MinimumRate = 0, WeightDecay = 0 } };
        var model = await world.RunAsync(TinyWorld.Recipe(_meet, join), "run");
        using var text = new Transformer.Checkpoints.SafetensorsFile(Path.Combine(model, "modalities/text/weights.safetensors"));
        using var image = new Transformer.Checkpoints.SafetensorsFile(Path.Combine(model, "modalities/image/weights.safetensors"));
        using var scope = TorchSharp.torch.NewDisposeScope();
        var experts = text.Weights.Keys.Where(name => name.StartsWith("experts.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(experts);
        Assert.All(experts, name => Assert.True(text.Read(name).equal(image.Read(name)).all().item<bool>(), name));
    }
}
