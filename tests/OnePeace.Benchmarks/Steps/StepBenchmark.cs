using System.Diagnostics;
using OnePeace.Benchmarks.Loading;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Tests;
using OnePeace.Training.Objectives;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Benchmarks.Steps;

/// <summary>What a step costs in pairs a second and memory, by what trains, with and without the pivot's cache, denoising and recomputation: <c>steps DATA MODEL [OPTION]</c>.</summary>
/// <remarks>
/// Memory needs a process of its own for each option, so this starts itself once an option. The first epoch, which fills the cache, does not count: take a
/// small data set (<c>dataset make --size 1000</c>).
/// </remarks>
internal static class StepBenchmark
{
    private const int BatchSize = 64, Measured = 20;

    private static readonly PairLossOptions Contrastive = new() { PivotAlone = 0, OtherAlone = 0, PivotJoint = 0, OtherJoint = 0 };
    private static readonly PairLossOptions Official = new() { FreezePivotPass = true };
    private static readonly TrainedParts Everything = new() { Core = true, Pivot = ["all"], Other = ["all"] };

    private static readonly Dictionary<string, Func<TrainingStage, TrainingStage>> Options = new()
    {
        ["stage 2, contrastive, cached pivot"] = stage => stage with { Losses = Contrastive },
        ["stage 2, contrastive, no cache"] = stage => stage with { Losses = Contrastive, CachePivot = false },
        ["full, contrastive"] = stage => stage with { Losses = Contrastive, Trains = Everything },
        ["stage 2, all losses, cached pivot"] = stage => stage with { Losses = Official },
        ["full, all losses"] = stage => stage with { Losses = Official with { FreezePivotPass = false }, Trains = Everything },
        ["full, contrastive, layers recomputed"] = stage => stage with { Losses = Contrastive, Trains = Everything, ActivationCheckpointing = true },
    };

    public static bool Know(string[] arguments) => arguments is ["steps", ..];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [_, var data, var model]) return await CompareAsync(data, model);
        if (arguments is [_, var pairs, var from, var option] && Options.ContainsKey(option)) return await MeasureAsync(pairs, from, option);
        Console.Error.WriteLine("Expected steps DATA MODEL: a data set of 'onepeace dataset make' and a model with text that lacks audio.");
        return 2;
    }

    private static async Task<int> CompareAsync(string data, string model)
    {
        Console.WriteLine("| option | pairs/s | peak memory, MB |\n|---|---|---|");
        foreach (var option in Options.Keys)
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["steps", data, model, option]))!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) return process.ExitCode;
        }
        return 0;
    }

    private static async Task<int> MeasureAsync(string data, string model, string option)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Directory.CreateTempSubdirectory("onepeace-steps-");
        try
        {
            await using var memory = new ProcessMemory();
            using var plugins = PluginCatalogue.BesideExecutable();
            await using var thread = new DeviceThread("training", torchThreads: 1);
            using var source = ModelSources.Open(model);
            var demo = RecipeFile.Read(RepositoryFolder.At("models/training/demo.json"));
            var epoch = (File.ReadLines(Path.Combine(data, demo.Stages[1].Data!)).Count() / BatchSize) + 1;
            var stage = demo.Stages[1] with { Name = "steps", Steps = epoch + Measured, ValidateEvery = 0, Validation = null, CheckpointEvery = 1000, BatchSize = BatchSize, Decoder = new DecoderOptions { Width = 192, Heads = 4, ExpertWidth = 512 } };
            var run = await StageRun.OpenAsync(new StageSetting
            {
                Stage = Options[option](stage),
                Seed = 1,
                Folder = folder.FullName,
                Base = source,
                Plugins = plugins.Get,
                Data = Path.Combine(data, stage.Data!),
                Device = TrainingDevice.Create(thread, "cpu"),
                NewModalities = demo.Model!.Modalities.ToDictionary(m => m.Key, m => new OnePeace.Modalities.ModalityOptions(m.Value)),
            }, CancellationToken.None);
            var observer = new Counter(epoch);
            await using (run) await run.RunAsync(observer, CancellationToken.None);
            Console.WriteLine($"| {option} | {Measured * stage.BatchSize / observer.Seconds:0.0} | {memory.Peak.Anonymous:0} |");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Counter(int warmup) : ITrainingObserver
    {
        private long _start;

        public double Seconds { get; private set; }

        public void Progressed(TrainingProgress progress)
        {
            if (progress.Step == warmup) _start = Stopwatch.GetTimestamp();
            if (progress.Step == progress.Steps) Seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        }
    }
}
