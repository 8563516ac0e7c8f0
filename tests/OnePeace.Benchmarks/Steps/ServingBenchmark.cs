using OnePeace.Benchmarks.Loading;
using OnePeace.Benchmarks.Serving;
using OnePeace.Engine;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Tests;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Benchmarks.Steps;

/// <summary>How long requests take while a run of 200 steps trains around the core that serves them, against the seconds before and after each run: <c>serving DATA MODEL</c>.</summary>
internal static class ServingBenchmark
{
    private const int Runs = 3, Steps = 200, Niceness = 10;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    public static bool Know(string[] arguments) => arguments is ["serving", _, _];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        TorchRuntime.EnsureLoaded();
        var (data, path) = (arguments[1], arguments[2]);
        using var plugins = PluginCatalogue.BesideExecutable();
        await using var engine = await EncodingEngine.LoadAsync(path, plugins, new EngineOptions { Device = "cpu", Slots = 1, TorchThreads = 1, LeavesProcessorToTraining = true });
        var load = new SteadyLoad(engine);
        await using var callers = load.Start();
        await Task.Delay(Quiet / 2);
        for (var run = 0; run < Runs; run++)
        {
            load.Windows.Begin(busy: false);
            await Task.Delay(Quiet);
            load.Windows.End();
            await TrainAsync(engine, plugins, data, load.Windows);
        }
        ServingTable.Add(new BenchmarkReport(), "serving", $"Requests beside {Runs} runs of {Steps} steps", load.Windows);
        return 0;
    }

    /// <summary>A modality around the frozen core, as a silo trains it (one that joins, or that the model has); only its steps are measured, not its opening.</summary>
    private static async Task TrainAsync(EncodingEngine engine, PluginCatalogue plugins, string data, MeasuredWindows windows)
    {
        var serving = engine.Core!;
        var folder = Directory.CreateTempSubdirectory("onepeace-serving-");
        var demo = RecipeFile.Read(RepositoryFolder.At("models/training/demo.json"));
        var stage = demo.Stages[2] with { Steps = Steps, ValidateEvery = 0, Validation = null, CheckpointEvery = 50, Options = engine.Describe().Modalities.Any(modality => modality.Name == demo.Stages[2].Other) ? null : demo.Model!.Modalities[demo.Stages[2].Other] };
        await using var thread = new DeviceThread("training", torchThreads: 1, Niceness);
        try
        {
            await new RecipeRun(new RecipeRunOptions
            {
                Recipe = demo with { Model = null, Stages = [stage] },
                Data = data,
                Folder = folder.FullName,
                Model = serving.ModelPath,
                Plugins = plugins.Get,
                Device = new TrainingDevice(thread, serving.Device),
                Core = serving.Core,
            }).RunAsync(new Watch(windows), CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Watch(MeasuredWindows windows) : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress)
        {
            if (progress.Step == 1) windows.Begin(busy: true);
            if (progress.Step == progress.Steps) windows.End();
        }
    }
}
