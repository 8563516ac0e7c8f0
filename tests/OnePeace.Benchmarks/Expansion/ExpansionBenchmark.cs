using System.Diagnostics;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Tests;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;

namespace OnePeace.Benchmarks.Expansion;

/// <summary>What staged expansion reaches on generated scenes, beside its controls and ablations: <c>expansion DATA OUT [SEEDS] [PART/PARTS]</c>.</summary>
/// <remarks>Everything that is done lies in OUT and is not done again, unless the recipe is another one now. Several processes can share the work: each takes every PARTS-th seed, then what is left of the ablations.</remarks>
internal static class ExpansionBenchmark
{
    public static bool Know(string[] arguments) => arguments is ["expansion", ..];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [_, var data, var folder, .. var rest])
        {
            Console.Error.WriteLine("Expected expansion DATA OUT [SEEDS] [PART/PARTS]: a data set of 'onepeace dataset make' and a folder for the results.");
            return 2;
        }
        TorchRuntime.EnsureLoaded();
        var seeds = rest.Length > 0 ? int.Parse(rest[0]) : 3;
        var (part, parts) = rest.Length > 1 && rest[1].Split('/') is [var p, var of] ? (int.Parse(p), int.Parse(of)) : (0, 1);
        var demo = RecipeFile.Read(RepositoryFolder.At("models/training/demo.json"));
        var variants = ExpansionVariants.Of(demo);
        foreach (var seed in Enumerable.Range(1, seeds).Where(seed => seed % parts == part))
        {
            foreach (var variant in variants.Where(v => v.IsForEverySeed)) await RunAsync(variants, variant, seed, data, folder);
        }
        var once = variants.Where(v => !v.IsForEverySeed);
        foreach (var variant in part % 2 == 0 ? once : once.Reverse()) await RunAsync(variants, variant, 1, data, folder);
        ExpansionTable.Print(folder, variants, seeds);
        return 0;
    }

    public static ExpansionFolder FolderOf(string folder, IReadOnlyList<ExpansionVariant> variants, ExpansionVariant variant, int seed) =>
        new(Path.Combine(folder, $"seed-{seed}", variant.Name), variant.Hash(variants, seed));

    private static async Task RunAsync(IReadOnlyList<ExpansionVariant> variants, ExpansionVariant variant, int seed, string data, string folder)
    {
        var place = FolderOf(folder, variants, variant, seed);
        if (!place.Take(Console.Error)) return;
        var recipe = variant.Recipe with { Seed = seed };
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var start = variant.From is { } from ? Path.Combine(folder, $"seed-{seed}", from, $"01-{from}", "model") : null;
        var model = await TrainAsync(recipe, data, place.Location, start);
        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        var figures = await ExpansionEvaluation.RunAsync(model, start, data, CancellationToken.None);
        place.Write(figures.Append(new("cpu seconds", seconds)).ToDictionary());
        Console.WriteLine($"{variant.Name}, seed {seed}: {seconds:0} CPU seconds; " + string.Join("  ", figures.Where(f => !f.Key.Contains(' ')).Select(f => $"{f.Key} {f.Value:P0}")));
    }

    private static async Task<string> TrainAsync(TrainingRecipe recipe, string data, string folder, string? model)
    {
        using var plugins = PluginCatalogue.BesideExecutable();
        await using var thread = new DeviceThread("training", torchThreads: 1);
        var run = new RecipeRun(new RecipeRunOptions
        {
            Recipe = recipe,
            Data = data,
            Folder = folder,
            Model = model,
            Plugins = plugins.Get,
            Device = TrainingDevice.Create(thread, "cpu"),
        });
        return await run.RunAsync(new Silent(), CancellationToken.None);
    }

    private sealed class Silent : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress)
        {
        }
    }
}
