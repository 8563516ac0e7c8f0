using OnePeace.Contracts.Runs;

namespace OnePeace.Gateway.Runs;

/// <summary>Runs as users see them.</summary>
internal static class RunFacts
{
    public static RunInfo Of(RunRecord run, bool withCurve) => new(run.Id, Word(run.State), run.Name)
    {
        Created = run.Created.ToUnixTimeSeconds(),
        Since = run.Since.ToUnixTimeSeconds(),
        Data = run.Data,
        Seed = run.Seed,
        Publish = run.Publish,
        Stages = [.. run.Stages.Select(stage => new RunStageInfo(stage.Name, stage.Steps))],
        Reason = run.Reason,
        Note = run.Note,
        Ended = run.HasEnded,
        Progress = run.Progress is { } progress ? Of(progress, run.State) : null,
        Package = run.Package is { } package ? new RunPackageInfo(package.Modality, package.Version, package.Hash) : null,
        Curve = withCurve ? [.. run.Curve.Select(point => new RunPointInfo(point.Stage + 1, point.Step, point.Loss, point.Accuracy))] : null,
    };

    public static RunProgressInfo Of(RunProgress progress, RunState state) => new(progress.Stage, progress.Step, progress.Steps)
    {
        StageNumber = progress.StageIndex + 1,
        Stages = progress.Stages,
        Loss = progress.Loss,
        Terms = progress.Terms,
        Accuracy = progress.Accuracy,
        ValidationAccuracy = progress.ValidationAccuracy,
        LearningRate = progress.LearningRate,
        PairsPerSecond = progress.PairsPerSecond,
        RemainingSeconds = progress.RemainingSeconds,
        MemoryBytes = progress.MemoryBytes,
        BadPairs = progress.BadPairs,
        State = Word(state),
    };

    public static string Word(RunState state) => state.ToString().ToLowerInvariant();
}
