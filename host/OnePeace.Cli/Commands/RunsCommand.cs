using System.CommandLine;
using System.Text.Json.Nodes;
using OnePeace.Cli.Outputs;
using OnePeace.Cli.Servers;
using OnePeace.Cli.Training;
using OnePeace.Client;
using OnePeace.Engine.Devices;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace runs</c>: training runs on a server.</summary>
internal static class RunsCommand
{
    public static Command Create() => new("runs", "Begins training runs on a server, watches and steers them")
    {
        Submit(),
        List(),
        OfOne("show", "Shows a run", (client, id, cancellation) => client.RunAsync(id, cancellation), RunReport.Print),
        OfOne("watch", "Watches a run until it has ended or is paused", RunWatch.ToItsEndAsync, RunReport.PrintEnd),
        OfOne("pause", "Stops a run after the step under way", (client, id, cancellation) => client.PauseRunAsync(id, cancellation), PrintState),
        OfOne("resume", "Goes on with a run that was paused or failed", (client, id, cancellation) => client.ResumeRunAsync(id, cancellation), PrintState),
        OfOne("cancel", "Ends a run for good", (client, id, cancellation) => client.CancelRunAsync(id, cancellation), PrintState),
        OfOne("delete", "Forgets a run that has ended, and its files", (client, id, cancellation) => client.DeleteRunAsync(id, cancellation),
            (asJson, run) => RunReport.PrintLine(asJson, run, "is deleted, with its files")),
        Download(),
    };

    private static Command Submit()
    {
        var recipe = new Option<string>("--recipe") { Description = $"A JSON file, or one that ships: {string.Join(", ", ShippedRecipes.Names)}", HelpName = "NAME_OR_FILE", Required = true };
        var data = new Option<string?>("--data") { Description = "A file or folder, named from the server's folder of training data; by default that folder itself", HelpName = "PATH" };
        var seed = new Option<int?>("--seed") { Description = "Of every random draw; by default the recipe's", HelpName = "S" };
        var json = SharedOptions.Json();
        var command = new Command("submit", "Begins a run") { recipe, data, seed, json };
        var server = new ServerOptions(command);
        var overrides = new StageOverrides(command);
        var order = new RunSubmitOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            TorchRuntime.EnsureLoaded();
            var chosen = overrides.Apply(parsed, ShippedRecipes.Read(parsed.GetRequiredValue(recipe)));
            if (parsed.GetValue(seed) is { } number) chosen = chosen with { Seed = number };
            var run = await server.CallAsync(parsed, client => order.SubmitAsync(client, parsed, chosen, parsed.GetValue(data), cancellation));
            RunReport.PrintLine(parsed.GetValue(json), run, $"is {run.State}: 'onepeace runs watch {run.Id}' shows how it goes");
        });
        return command;
    }

    private static Command List()
    {
        var json = SharedOptions.Json();
        var command = new Command("list", "Lists a server's runs, the latest first") { json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) => RunReport.Print(parsed.GetValue(json), await server.CallAsync(parsed, client => client.RunsAsync(cancellation))));
        return command;
    }

    private static Command Download()
    {
        var id = new Argument<string>("ID") { Description = "The run, run-..." };
        var output = new Option<string>("--out") { Description = "The model directory to write; must not exist, or be empty", HelpName = "DIR", Required = true };
        var json = SharedOptions.Json();
        var command = new Command("download", "Fetches a run's model: the one after the last stage that is done") { id, output, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(output);
            var bytes = await server.CallAsync(parsed, async client =>
            {
                await client.DownloadRunModelAsync(parsed.GetRequiredValue(id), folder, cancellation);
                return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
            });
            Report.Print(parsed.GetValue(json), new JsonObject { ["run"] = parsed.GetRequiredValue(id), ["model"] = folder, ["bytes"] = bytes });
        });
        return command;
    }

    private static void PrintState(bool asJson, RunInfo run) => RunReport.PrintLine(asJson, run, $"is {run.State}");

    private static Command OfOne(string name, string description, Func<OnePeaceClient, string, CancellationToken, Task<RunInfo>> call, Action<bool, RunInfo> print)
    {
        var id = new Argument<string>("ID") { Description = "The run, run-..." };
        var json = SharedOptions.Json();
        var command = new Command(name, description) { id, json };
        var server = new ServerOptions(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            print(parsed.GetValue(json), await server.CallAsync(parsed, client => call(client, parsed.GetRequiredValue(id), cancellation)));
        });
        return command;
    }
}
