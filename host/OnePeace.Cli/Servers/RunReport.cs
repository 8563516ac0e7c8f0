using System.Globalization;
using System.Text.Json.Nodes;
using OnePeace.Cli.Outputs;
using OnePeace.Client;

namespace OnePeace.Cli.Servers;

/// <summary>Training runs on stdout.</summary>
internal static class RunReport
{
    public static void Print(bool asJson, RunInfo run) => Report.Print(asJson, Of(run));

    /// <summary>Of a run that was waited for.</summary>
    /// <exception cref="BadInputException">It failed, or was cancelled.</exception>
    public static void PrintEnd(bool asJson, RunInfo run)
    {
        Print(asJson, run);
        if (run.State is "failed" or "cancelled") throw new BadInputException($"the run {run.Id} was not finished: it {(run.State == "failed" ? "failed" : "was cancelled")}. {run.Reason}".TrimEnd());
    }

    public static void Print(bool asJson, IReadOnlyList<RunInfo> runs)
    {
        if (asJson) Report.Print(true, new() { ["data"] = new JsonArray([.. runs.Select(Of)]) });
        else if (runs.Count == 0) Console.Out.WriteLine("no training runs");
        else Listing.Print(["id", "name", "state", "stage", "step", "loss", "reason"], [.. runs.Select(Row)]);
    }

    private static string[] Row(RunInfo run) =>
    [
        run.Id, run.Name, run.State,
        run.Progress?.Stage ?? "",
        run.Progress is { } progress ? string.Create(CultureInfo.InvariantCulture, $"{progress.Step}/{progress.Steps}") : "",
        run.Progress?.Loss.ToString("0.000", CultureInfo.InvariantCulture) ?? "",
        run.Reason ?? "",
    ];

    private static JsonObject Of(RunInfo run)
    {
        var facts = new JsonObject { ["id"] = run.Id, ["name"] = run.Name, ["state"] = run.State, ["data"] = run.Data, ["seed"] = run.Seed, ["created"] = run.Created, ["since"] = run.Since, ["ended"] = run.Ended };
        if (run.Reason is { } reason) facts["reason"] = reason;
        if (run.Note is { } note) facts["note"] = note;
        if (run.Progress is { } progress)
        {
            facts["progress"] = new JsonObject
            {
                ["stage"] = progress.Stage,
                ["stage_number"] = progress.StageNumber,
                ["stages"] = progress.Stages,
                ["step"] = progress.Step,
                ["steps"] = progress.Steps,
                ["loss"] = progress.Loss,
                ["terms"] = new JsonObject([.. progress.Terms.OrderBy(term => term.Key, StringComparer.Ordinal).Select(term => KeyValuePair.Create<string, JsonNode?>(term.Key, term.Value))]),
                ["accuracy"] = progress.Accuracy,
                ["validation_accuracy"] = progress.ValidationAccuracy,
                ["learning_rate"] = progress.LearningRate,
                ["pairs_per_second"] = progress.PairsPerSecond,
                ["remaining_seconds"] = progress.RemainingSeconds,
                ["memory_bytes"] = progress.MemoryBytes,
                ["bad_pairs"] = progress.BadPairs,
            };
        }
        if (run.Package is { } package) facts["package"] = new JsonObject { ["modality"] = package.Modality, ["version"] = package.Version, ["hash"] = package.Hash };
        return facts;
    }
}
