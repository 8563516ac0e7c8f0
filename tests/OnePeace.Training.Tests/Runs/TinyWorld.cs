using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Tests.Data;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Runs;

/// <summary>A model of two layers, and sentences that belong to motions and to pictures: everything that a run needs, in a folder of its own.</summary>
internal sealed class TinyWorld : IAsyncDisposable
{
    public const int Pairs = 24, Width = 32;

    private static readonly string[] Words = ["red", "green", "blue", "old", "new", "big", "little", "good"];

    private readonly TestFiles _files = new();
    private readonly PluginCatalogue _plugins = PluginCatalogue.BesideExecutable();
    private readonly DeviceThread _thread = new("tiny", 1);

    public TinyWorld()
    {
        TorchRuntime.EnsureLoaded();
        Directory.CreateDirectory(Data);
        Write("train.jsonl", Enumerable.Range(0, Pairs));
        Write("validation.jsonl", Enumerable.Range(Pairs, 8));
    }

    public string Data => _files.At("data");

    public TrainingDevice Device => TrainingDevice.Create(_thread, "cpu");

    public PluginCatalogue Plugins => _plugins;

    public static PairLossOptions Contrastive { get; } = new() { PivotAlone = 0, OtherAlone = 0, PivotJoint = 0, OtherJoint = 0, DetachCandidates = false };

    /// <summary>Everything trains on sentences and motions.</summary>
    public static TrainingStage Meet { get; } = new()
    {
        Name = "meet",
        Pivot = "text",
        Other = "imu",
        Data = "train.jsonl",
        Steps = 8,
        BatchSize = 4,
        DropPath = 0,
        CheckpointEvery = 2,
        Losses = Contrastive,
        Trains = new TrainedParts { Core = true, Pivot = ["all"] },
        Optimiser = new OptimiserOptions { LearningRate = 1e-2 },
    };

    /// <summary>Pictures join what is frozen.</summary>
    public static TrainingStage Join { get; } = Meet with { Name = "join", Other = "image", Trains = new TrainedParts() };

    public static TrainingRecipe Recipe(params TrainingStage[] stages) => new()
    {
        Name = "tiny",
        Seed = 5,
        Model = new NewModel
        {
            Core = new JsonObject { ["width"] = Width, ["heads"] = 4, ["layers"] = 2, ["expert_width"] = 48, ["layer_scale_init"] = 0.5 },
            FirstScale = 6,
            Modalities = new Dictionary<string, JsonObject>
            {
                ["text"] = new() { ["use_attn_bias"] = true, ["bucket_size"] = 16, ["vocabulary"] = 2000 },
                ["imu"] = new() { ["use_attn_bias"] = true },
                ["image"] = new() { ["use_attn_bias"] = true, ["bucket_size"] = 2, ["rel_bucket_size"] = 2, ["image_size"] = 32 },
            },
        },
        Stages = stages,
    };

    public string At(string name) => _files.At(name);

    /// <summary>Runs a recipe in a folder; the model's.</summary>
    public Task<string> RunAsync(TrainingRecipe recipe, string folder, CancellationToken stop = default, Action<TrainingProgress>? observer = null) =>
        Run(recipe, folder).RunAsync(new Observer(observer), stop);

    /// <summary>The same, stopped after steps that add up; the last time it runs to the end.</summary>
    public async Task<string> RunInPiecesAsync(TrainingRecipe recipe, string folder, params int[] pieces)
    {
        foreach (var piece in pieces)
        {
            using var stop = new CancellationTokenSource();
            var left = piece;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(recipe, folder, stop.Token, _ => { if (--left == 0) stop.Cancel(); }));
        }
        return await RunAsync(recipe, folder);
    }

    /// <summary>Runs a recipe from a model that is there.</summary>
    public Task<string> RunFromAsync(string model, TrainingRecipe recipe, string folder) =>
        new RecipeRun(new RecipeRunOptions { Recipe = recipe, Data = Data, Folder = At(folder), Model = model, Plugins = _plugins.Get, Device = Device }).RunAsync(new Observer(null), default);

    public RecipeRun Run(TrainingRecipe recipe, string folder) =>
        new(new RecipeRunOptions { Recipe = recipe, Data = Data, Folder = At(folder), Plugins = _plugins.Get, Device = Device });

    public string Stage(TrainingRecipe recipe, string folder, int stage = 0) => RecipeRun.StageFolder(At(folder), recipe, stage);

    public static string[] Checkpoints(string stage) => [.. Directory.GetFiles(stage, "checkpoint-*.safetensors").Order(StringComparer.Ordinal)];

    /// <summary>Every file of a finished stage that must not depend on how often it was stopped, by its hash.</summary>
    public static IReadOnlyDictionary<string, string> Hashes(string stage)
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(stage, "model"), "*", SearchOption.AllDirectories), Path.Combine(stage, "history.jsonl"), Checkpoints(stage)[^1]];
        return files.ToDictionary(file => Path.GetRelativePath(stage, file), Hash);
    }

    public static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    /// <summary>Vectors of the eight inputs that no stage trains on.</summary>
    public async Task<float[][]> EmbedAsync(string model, string modality)
    {
        await using var engine = await EncodingEngine.LoadAsync(model, _plugins, new EngineOptions { Device = "cpu", TorchThreads = 1 });
        var items = Enumerable.Range(Pairs, 8).Select(i => new EncodeItem([new EncodePart(modality, Input(modality, i))])).ToList();
        var vectors = new List<float[]>();
        foreach (var item in items) vectors.AddRange((await engine.EncodeAsync(new EncodeWork([item]), default)).Select(result => result.Vector!));
        return [.. vectors];
    }

    public void Write(string name, IEnumerable<int> pairs, string suffix = "", string folder = "")
    {
        Directory.CreateDirectory(Path.Combine(Data, folder));
        var lines = pairs.Select(i => new JsonObject { ["text"] = Sentence(i) + suffix, ["imu"] = $"{folder}{i}.csv", ["image"] = $"{folder}{i}.bmp" }.ToJsonString());
        foreach (var i in pairs)
        {
            File.WriteAllBytes(Path.Combine(Data, $"{folder}{i}.csv"), Motion(i));
            File.WriteAllBytes(Path.Combine(Data, $"{folder}{i}.bmp"), Samples.Picture(i));
        }
        File.WriteAllLines(Path.Combine(Data, name), lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync();
        _plugins.Dispose();
        _files.Dispose();
    }

    private static byte[] Input(string modality, int pair) => modality switch
    {
        "text" => Encoding.UTF8.GetBytes(Sentence(pair)),
        "imu" => Motion(pair),
        _ => Samples.Picture(pair),
    };

    private static string Sentence(int pair) => $"the {Words[pair % 8]} and {Words[pair / 8 % 8]} one";

    private static byte[] Motion(int pair)
    {
        var rows = Enumerable.Range(0, 16 + (pair % 3 * 16)).Select(t => string.Join(',', Enumerable.Range(0, 6).Select(axis =>
            (5 * Math.Sin((t * (1 + (pair % 8)) / 7.0) + (axis * (pair / 8)))).ToString("0.000", CultureInfo.InvariantCulture))));
        return Encoding.UTF8.GetBytes(string.Join('\n', rows));
    }

    private sealed class Observer(Action<TrainingProgress>? told) : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress) => told?.Invoke(progress);
    }
}
