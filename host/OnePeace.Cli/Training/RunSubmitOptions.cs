using System.CommandLine;
using System.Text.Json;
using OnePeace.Client;
using OnePeace.Training.Recipes;

namespace OnePeace.Cli.Training;

/// <summary>What a run on a server is ordered with, beside recipe, data and seed.</summary>
internal sealed class RunSubmitOptions
{
    private readonly Option<string?> _name = new("--name") { Description = "What people call the run on the server; by default the recipe's name", HelpName = "NAME" };
    private readonly Option<bool> _keep = new("--no-publish") { Description = "On a server: only train; do not attach the modality afterwards" };
    private readonly Option<string?> _version = new("--publish-version") { Description = "On a server: the version to publish; by default one of the run's own", HelpName = "V" };
    private readonly Option<string?> _idempotency = new("--idempotency-key") { Description = "On a server: the same key again is the same run", HelpName = "KEY" };

    public RunSubmitOptions(Command command)
    {
        foreach (var option in new Option[] { _name, _keep, _version, _idempotency }) command.Options.Add(option);
    }

    public Task<RunInfo> SubmitAsync(OnePeaceClient client, ParseResult parsed, TrainingRecipe recipe, string? data, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(RecipeFile.Write(recipe));
        var order = new RunOrder(json.RootElement.Clone(), data)
        {
            Name = parsed.GetValue(_name),
            Publish = parsed.GetValue(_keep) ? false : null,
            Version = parsed.GetValue(_version),
        };
        return client.SubmitRunAsync(order, parsed.GetValue(_idempotency) ?? Guid.NewGuid().ToString("N"), cancellation);
    }
}
