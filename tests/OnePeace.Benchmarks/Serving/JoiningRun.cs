using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Client;
using OnePeace.Tests;

namespace OnePeace.Benchmarks.Serving;

/// <summary>A run in which the demo recipe's last modality joins a model that lacks it, and is published.</summary>
internal sealed class JoiningRun(OnePeaceClient client, int steps)
{
    private static readonly JsonNode Demo = JsonNode.Parse(File.ReadAllText(RepositoryFolder.At("models/training/demo.json")))!;
    private static readonly JsonNode Stage = Demo["stages"]!.AsArray()[^1]!;

    /// <summary>The modality that joins.</summary>
    public static string Joining { get; } = (string)Stage["other"]!;

    /// <summary>From the order to the end of publication.</summary>
    /// <returns>How long its parts took.</returns>
    public async Task<RunTimes> TrainAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var run = await client.SubmitRunAsync(new RunOrder(Recipe()) { Publish = true }, key: null, cancellation);
        var told = new List<(double Seconds, long Step)>();
        await foreach (var happened in client.WatchRunAsync(run.Id, cancellation: cancellation))
            if (happened.Progress is { } progress) told.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, progress.Step));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        run = await client.RunAsync(run.Id, cancellation);
        if (run.State != "published" || told.Count == 0) throw new InvalidOperationException($"Expected a run that is published, got one that is {run.State}: {run.Reason}");
        var ((opened, first), (trained, last)) = (told[0], told[^1]);
        return new RunTimes(run.Id, seconds, opened, (last - first) / (trained - opened), seconds - trained);
    }

    /// <summary>Makes the platform what it was before.</summary>
    public async Task UndoAsync(RunTimes run, CancellationToken cancellation)
    {
        await client.RemoveModalityAsync(Joining, cancellation: cancellation);
        await client.DeleteRunAsync(run.Id, cancellation);
    }

    private JsonElement Recipe()
    {
        var stage = Stage.DeepClone().AsObject();
        stage.Remove("validation");
        stage.Remove("validate_every");
        stage["steps"] = steps;
        stage["checkpoint_every"] = 50;
        stage["options"] = Demo["model"]!["modalities"]![Joining]!.DeepClone();
        return JsonSerializer.SerializeToElement(new JsonObject { ["name"] = "joining", ["seed"] = 1, ["stages"] = new JsonArray(stage) });
    }
}

/// <param name="Opening">Seconds until the first step was told.</param>
/// <param name="StepsPerSecond">From the first step that was told to the last.</param>
/// <param name="Publishing">Seconds after the last step was told.</param>
internal sealed record RunTimes(string Id, double Seconds, double Opening, double StepsPerSecond, double Publishing);
