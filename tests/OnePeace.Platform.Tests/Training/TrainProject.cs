using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Training;

/// <summary>A tiny recipe and its data in a folder, for <c>onepeace train</c>.</summary>
internal sealed class TrainProject
{
    private const int Pairs = 24;

    private readonly TemporaryFolder _folder;

    public TrainProject(TemporaryFolder folder)
    {
        _folder = folder;
        Directory.CreateDirectory(Data);
        foreach (var (name, first) in new[] { ("train.jsonl", 0), ("validation.jsonl", Pairs) })
            File.WriteAllLines(Path.Combine(Data, name), Enumerable.Range(first, Pairs).Select(i => new JsonObject { ["text"] = $"the {i}. of all", ["imu"] = Motion(i) }.ToJsonString()));
        Save(Recipe());
    }

    public string Data => _folder["data"];

    public string RecipeFile => _folder["recipe.json"];

    /// <summary>Two stages of a few steps: all that a checkpoint can hold, and one every other step.</summary>
    public static JsonObject Recipe(int steps = 10) => new()
    {
        ["name"] = "tiny",
        ["model"] = new JsonObject
        {
            ["core"] = new JsonObject { ["width"] = 16, ["heads"] = 2, ["layers"] = 2, ["expert_width"] = 24, ["layer_scale_init"] = 0.5 },
            ["modalities"] = new JsonObject { ["text"] = new JsonObject { ["vocabulary"] = 600 }, ["imu"] = new JsonObject() },
        },
        ["stages"] = new JsonArray(Stage("meet", 1, steps, core: true), Stage("again", 2, steps, core: false)),
    };

    public void Save(JsonObject recipe) => File.WriteAllText(RecipeFile, recipe.ToJsonString());

    public string[] Command(string name) => ["train", "--recipe", RecipeFile, "--data", Data, "--out", _folder[name]];

    /// <summary>Starts training and sends a signal after some time, or when something is there; -1 where it had ended before.</summary>
    public async Task<int> InterruptAsync(string name, int signal, Func<Process, Task> moment)
    {
        using var process = Process.Start(CommandRun.StartInfo(Command(name)))!;
        var error = process.StandardError.ReadToEndAsync();
        await Task.WhenAny(moment(process), process.WaitForExitAsync());
        var ended = process.HasExited;
        if (!ended) Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync();
        if (ended) Assert.True(process.ExitCode == 0, await error);
        LastError = await error;
        return ended ? -1 : process.ExitCode;
    }

    public string LastError { get; private set; } = "";

    /// <summary>Model, histories and last checkpoints, by their hashes.</summary>
    public IReadOnlyDictionary<string, string> Hashes(string name)
    {
        var stages = Directory.GetDirectories(_folder[$"{name}.run"], "0*");
        string[] files =
        [
            .. Directory.GetFiles(_folder[name], "*", SearchOption.AllDirectories),
            .. stages.Select(stage => Path.Combine(stage, "history.jsonl")),
            .. stages.Select(stage => Directory.GetFiles(stage, "checkpoint-*.safetensors").Order(StringComparer.Ordinal).Last()),
        ];
        return files.ToDictionary(file => Path.GetRelativePath(_folder[name], file).Replace(name, ""), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
    }

    private static JsonObject Stage(string name, int accumulate, int steps, bool core) => new()
    {
        ["name"] = name,
        ["pivot"] = "text",
        ["other"] = "imu",
        ["data"] = "train.jsonl",
        ["validation"] = "validation.jsonl",
        ["trains"] = new JsonObject { ["core"] = core, ["pivot"] = new JsonArray(core ? ["all"] : []), ["other"] = new JsonArray("all") },
        ["losses"] = new JsonObject { ["pivot_alone"] = 0, ["teacher_of_other_alone"] = "joint" },
        ["decoder"] = new JsonObject { ["width"] = 16, ["heads"] = 2, ["layers"] = 1, ["expert_width"] = 16 },
        ["optimiser"] = new JsonObject { ["learning_rate"] = 0.003, ["average_decay"] = 0.9 },
        ["steps"] = steps,
        ["batch_size"] = 4,
        ["accumulate"] = accumulate,
        ["drop_path"] = 0.3,
        ["checkpoint_every"] = accumulate,
        ["validate_every"] = 3,
        ["patience"] = 100,
    };

    private static string Motion(int pair) => Convert.ToBase64String(Enumerable.Range(0, 16)
        .SelectMany(t => Enumerable.Range(0, 6).SelectMany(axis => BitConverter.GetBytes((float)Math.Sin((t * (pair + 1) / 9.0) + axis)))).ToArray());

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
