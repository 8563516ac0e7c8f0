using System.Globalization;
using OnePeace.Cli.Servers;
using OnePeace.Client;

namespace OnePeace.Cli.Outputs;

/// <summary>Training runs of a server, for people; <see cref="RunFacts"/> with <c>--json</c>.</summary>
internal static class RunReport
{
    private const int ShortHash = 12;

    /// <summary>What became of a run, in one line.</summary>
    /// <param name="what">Such as <c>is deleted</c>.</param>
    public static void PrintLine(bool asJson, RunInfo run, string what)
    {
        if (asJson)
        {
            Report.Print(true, RunFacts.Of(run));
            return;
        }
        Console.Out.WriteLine($"{run.Id} ({run.Name}) {what}");
        if (run.Note is { } note) Console.Out.WriteLine($"note: {note}");
    }

    /// <summary>A line for everything that is known of a run.</summary>
    public static void Print(bool asJson, RunInfo run)
    {
        if (asJson) Report.Print(true, RunFacts.Of(run));
        else foreach (var (name, value) in Lines(run, DateTimeOffset.UtcNow)) Console.Out.WriteLine($"{name}: {value}");
    }

    /// <summary>Of a run that was waited for.</summary>
    /// <exception cref="BadInputException">It failed, or was cancelled.</exception>
    public static void PrintEnd(bool asJson, RunInfo run)
    {
        Print(asJson, run);
        if (run.State is "failed" or "cancelled") throw new BadInputException($"the run {run.Id} was not finished: it {(run.State == "failed" ? "failed" : "was cancelled")}. {run.Reason}".TrimEnd());
    }

    /// <summary>A row for every run.</summary>
    public static void Print(bool asJson, IReadOnlyList<RunInfo> runs)
    {
        if (asJson) Report.Print(true, RunFacts.List(runs));
        else if (runs.Count == 0) Console.Out.WriteLine("no training runs");
        else Listing.Print(["Id", "Name", "State", "Stage", "Step", "Started", "Left", "Loss", "Reason"], [.. runs.Select(run => Row(run, DateTimeOffset.UtcNow))]);
    }

    /// <param name="now">What times are told from.</param>
    internal static string[] Row(RunInfo run, DateTimeOffset now) =>
    [
        run.Id, run.Name, run.State,
        run.Progress is { Stages: > 1 } ? Stage(run.Progress) : "",
        Step(run),
        TimeWords.Ago(DateTimeOffset.FromUnixTimeSeconds(run.Created), now),
        Left(run) ?? "",
        run.Progress is { } progress ? Text($"{progress.Loss:0.000}") : "",
        run.Reason ?? "",
    ];

    /// <param name="now">As for <see cref="Row"/>.</param>
    internal static IEnumerable<(string Name, string Value)> Lines(RunInfo run, DateTimeOffset now)
    {
        yield return ("id", run.Id);
        yield return ("name", run.Name);
        yield return ("state", $"{run.State}, {Since(run, now)}");
        yield return ("started", Started(run, now));
        yield return ("data", run.Data.Length > 0 ? run.Data : "the server's whole folder of training data");
        yield return ("seed", Text($"{run.Seed}"));
        if (run.Progress is { } progress) yield return ("stage", Stage(progress));
        yield return ("step", Step(run));
        foreach (var line in Numbers(run)) yield return line;
        if (run.Reason is { } reason) yield return ("reason", reason);
        if (run.Note is { } note) yield return ("note", note);
        if (run.Package is { } package) yield return ("published", $"{package.Modality} {package.Version}, hash {Short(package.Hash)}");
        if (run.State is "finished" or "published") yield return ("model", $"'onepeace runs download {run.Id} --out DIR' fetches it");
    }

    /// <summary>The last step's.</summary>
    private static IEnumerable<(string Name, string Value)> Numbers(RunInfo run)
    {
        if (run.Progress is not { } progress) yield break;
        yield return ("loss", Text($"{progress.Loss:0.000}"));
        if (progress.Terms.Count > 1) yield return ("loss terms", string.Join(", ", progress.Terms.OrderBy(term => term.Key, StringComparer.Ordinal).Select(term => Text($"{term.Key} {term.Value:0.000}"))));
        yield return ("accuracy", Text($"{progress.Accuracy:P0}") + (progress.ValidationAccuracy is { } validation ? Text($" ({validation:P0} of the pairs to validate on)") : ""));
        yield return ("learning rate", Text($"{progress.LearningRate:G3}"));
        yield return ("speed", Text($"{progress.PairsPerSecond:N0} pairs a second"));
        yield return ("memory", Text($"{progress.MemoryBytes >> 20:N0} MB of the server's process"));
        if (Left(run) is { } left) yield return ("left", progress.Stages > 1 ? $"{left} of this stage" : left);
        if (progress.BadPairs > 0) yield return ("bad pairs", Text($"{progress.BadPairs:N0}"));
    }

    private static string Stage(RunProgressInfo progress) => Text($"{progress.Stage} ({progress.StageNumber} of {progress.Stages})");

    private static string Step(RunInfo run) => run.Progress is { } progress
        ? Text($"{progress.Step:N0} of {progress.Steps:N0}")
        : Text($"0 of {run.Stages.FirstOrDefault()?.Steps ?? 0:N0}");

    /// <summary>Null where it does not run.</summary>
    private static string? Left(RunInfo run) => run is { State: "running", Progress: { } progress } ? TimeWords.Span(TimeSpan.FromSeconds(progress.RemainingSeconds)) : null;

    private static string Since(RunInfo run, DateTimeOffset now)
    {
        var since = DateTimeOffset.FromUnixTimeSeconds(run.Since);
        return run.Ended ? TimeWords.Ago(since, now) : $"for {TimeWords.Span(now - since)}";
    }

    private static string Started(RunInfo run, DateTimeOffset now)
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(run.Created);
        var (date, ago) = (TimeWords.Date(created), TimeWords.Ago(created, now));
        return ago == date ? date : $"{date}, {ago}";
    }

    private static string Short(string hash) => hash[(hash.IndexOf(':') + 1)..] is { Length: > ShortHash } digits ? digits[..ShortHash] : hash;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
