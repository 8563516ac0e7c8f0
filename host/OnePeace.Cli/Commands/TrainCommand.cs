using System.CommandLine;
using System.Text.Json.Nodes;
using OnePeace.Cli.Authoring;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;
using OnePeace.Cli.Training;
using OnePeace.Engine.Devices;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace train</c>: trains in this process, and goes on where it was stopped; or on a server, and watches.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Option<string>("--recipe") { Description = $"A JSON file, or one that ships: {string.Join(", ", ShippedRecipes.Names)}", HelpName = "NAME_OR_FILE", Required = true };
        var data = new Option<string>("--data") { Description = "The data set's folder, or its file; on a server, named from its folder of training data", HelpName = "DIR", Required = true };
        var output = new Option<string?>("--out") { Description = "The model directory to write; must not exist, or be empty. Not with --server", HelpName = "MODEL_DIR" };
        var init = new Option<string?>("--init") { Description = "The model to start from, where the recipe does not describe one", HelpName = "M" };
        var seed = new Option<int?>("--seed") { Description = "Of every random draw; by default the recipe's", HelpName = "S" };
        var run = new Option<string?>("--run") { Description = "Where checkpoints and history are kept; by default MODEL_DIR.run. The same command goes on from there", HelpName = "DIR" };
        var threads = new Option<int>("--threads") { Description = "Threads that torch computes with", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<string> device = SharedOptions.Device();
        var plugin = ChosenPlugins.Option();
        var json = SharedOptions.Json();
        var command = new Command("train", "Trains a model in this process, where the same command goes on after a stop; or on a server with --server") { recipe, data, output, init, seed, run, threads, device, plugin, json };
        var overrides = new StageOverrides(command);
        var server = new ServerOptions(command);
        var order = new RunSubmitOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            TorchRuntime.EnsureLoaded();
            if (parsed.GetValue(threads) < 1) throw new BadUsageException($"--threads: expected a number of 1 or more, but got {parsed.GetValue(threads)}.");
            var chosen = overrides.Apply(parsed, ShippedRecipes.Read(parsed.GetRequiredValue(recipe)));
            if (parsed.GetValue(seed) is { } number) chosen = chosen with { Seed = number };
            if (server.IsNamed(parsed))
            {
                if (new Option<string?>[] { output, init, run }.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } local) throw new BadUsageException($"{local.Name} is for training in this process: leave it out with --server.");
                if (parsed.GetValue(plugin) is { Length: > 0 }) throw new BadUsageException("--plugin is for training in this process: add the modality to the server with 'modality add', and leave it out with --server.");
                RunReport.PrintEnd(parsed.GetValue(json), await server.CallAsync(parsed, async client =>
                {
                    var id = (await order.SubmitAsync(client, parsed, chosen, parsed.GetRequiredValue(data), cancellation)).Id;
                    Console.Error.WriteLine($"{id} goes on whether or not this command does: 'onepeace runs watch {id}' shows it, 'onepeace runs cancel {id}' ends it.");
                    return await RunWatch.ToItsEndAsync(client, id, cancellation);
                }));
                return;
            }
            var path = parsed.GetValue(output) ?? throw new BadUsageException("no --out MODEL_DIR: name the model directory to write, or a server with --server.");
            CheckOutput(path);
            var folder = parsed.GetValue(run) ?? Path.TrimEndingDirectorySeparator(path) + ".run";
            var settings = new RecipeRunSettings(parsed.GetRequiredValue(data), folder, parsed.GetValue(init), parsed.GetRequiredValue(device), parsed.GetValue(threads), parsed.GetValue(plugin) ?? []);
            var trained = "";
            await Interruption.RunAsync(async stop => trained = await RunAsync(chosen, settings, stop), cancellation);
            using (var model = ModelSources.Open(trained)) ModelDirectory.Write(model, path);
            var pages = TrainingPages.Write(folder, chosen);
            var facts = new JsonObject
            {
                ["model"] = path,
                ["run"] = folder,
                ["report"] = pages,
                ["stages"] = chosen.Stages.Count,
                ["bytes"] = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length),
            };
            if (TrainingPages.BadPairs(folder, chosen) is { Length: > 0 } bad) facts["bad_pairs"] = new JsonArray([.. bad.Select(file => (JsonNode)file)]);
            Report.Print(parsed.GetValue(json), facts);
        });
        return command;
    }

    private static async Task<string> RunAsync(TrainingRecipe recipe, RecipeRunSettings settings, CancellationToken cancellation)
    {
        if (settings.Model is { } model) ModelPath.Check(model);
        using var plugins = await ChosenPlugins.OpenAsync(settings.Plugins, cancellation);
        await using var thread = new DeviceThread("training", settings.Threads);
        var run = new RecipeRun(new RecipeRunOptions
        {
            Recipe = recipe,
            Data = settings.Data,
            Folder = settings.Folder,
            Model = settings.Model,
            Plugins = plugins.Catalogue.Get,
            Device = TrainingDevice.Create(thread, settings.Device),
        });
        try
        {
            return await TrainingDisplay.RunAsync(observer => run.RunAsync(observer, cancellation));
        }
        catch (Exception e)
        {
            if (run.HasOpened) TrainingPages.TryWrite(settings.Folder, recipe);
            if (e is not OperationCanceledException) throw;
            throw new BadInputException($"training was stopped; the same command goes on where it was, from {settings.Folder}.");
        }
    }

    private static void CheckOutput(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new BadInputException($"{path}: there is something already; choose another folder, or remove it first.");
    }

    private sealed record RecipeRunSettings(string Data, string Folder, string? Model, string Device, int Threads, IReadOnlyList<string> Plugins);
}
