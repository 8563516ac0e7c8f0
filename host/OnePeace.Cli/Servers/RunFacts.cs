using System.Text.Json.Nodes;
using OnePeace.Client;

namespace OnePeace.Cli.Servers;

/// <summary>Training runs as <c>--json</c> prints them: with the names that HTTP has.</summary>
internal static class RunFacts
{
    public static JsonObject List(IEnumerable<RunInfo> runs) => new() { ["data"] = new JsonArray([.. runs.Select(Of)]) };

    public static JsonObject Of(RunInfo run)
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
