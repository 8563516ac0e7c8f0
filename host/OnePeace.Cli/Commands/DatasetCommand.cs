using System.CommandLine;
using System.Diagnostics;
using OnePeace.Cli.Outputs;
using OnePeace.Scenes.Datasets;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace dataset make</c>: generated scenes to train on and to measure with.</summary>
internal static class DatasetCommand
{
    public static Command Create() => new("dataset", "Makes data sets") { Make() };

    private static Command Make()
    {
        var seed = new Option<uint>("--seed") { Description = "Which data set: same seed, same bytes", HelpName = "S", Required = true };
        var folder = new Option<string>("--out") { Description = "The folder to write; must not exist, or be empty", HelpName = "DIR", Required = true };
        var size = new Option<int>("--size") { Description = "Pairs in each training manifest; a tenth of them in each validation manifest", HelpName = "N", DefaultValueFactory = _ => DatasetOptions.DefaultSize };
        var variant = new Option<string>("--variant") { Description = "plain; dropped: training captions leave things out; private: media carry what captions never say", HelpName = "NAME", DefaultValueFactory = _ => DatasetVariant.Plain.Name };
        variant.AcceptOnlyFromAmong([.. DatasetVariant.All.Select(one => one.Name)]);
        var json = SharedOptions.Json();
        var command = new Command("make", "Generates scenes, each as picture, sound, motion and caption, and holds a fifth of the combinations out") { seed, folder, size, variant, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DatasetOptions { Seed = parsed.GetRequiredValue(seed), Size = Checked(parsed.GetRequiredValue(size)), Variant = DatasetVariant.Get(parsed.GetRequiredValue(variant)) };
            await Interruption.RunAsync(stop => MakeAsync(options, parsed.GetRequiredValue(folder), parsed.GetValue(json), stop), cancellation);
        });
        return command;
    }

    private static async Task MakeAsync(DatasetOptions options, string folder, bool asJson, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var dataset = new SceneDataset(options);
        DatasetSummary? made = null;
        await ProgressDisplay.RunAsync("Drawing scenes", dataset.Files, async progress => made = await dataset.WriteAsync(folder, progress, cancellation));
        Report.Print(asJson, new()
        {
            ["directory"] = folder,
            ["seed"] = options.Seed,
            ["size"] = options.Size,
            ["variant"] = options.Variant.Name,
            ["concepts"] = made!.Concepts,
            ["held_out"] = made.HeldOut,
            ["files"] = made.Files,
            ["bytes"] = made.Bytes,
            ["seconds"] = Math.Round(watch.Elapsed.TotalSeconds, 1),
        });
    }

    private static int Checked(int size) => size is >= DatasetOptions.LeastSize and <= DatasetOptions.MostSize
        ? size
        : throw new BadUsageException($"--size {size}: expected {DatasetOptions.LeastSize} to {DatasetOptions.MostSize:N0}.");
}
