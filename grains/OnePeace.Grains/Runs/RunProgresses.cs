using OnePeace.Contracts.Runs;
using OnePeace.Training.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>A trainer's progress as it crosses a grain boundary.</summary>
internal static class RunProgresses
{
    public static RunProgress Of(TrainingProgress progress) => new()
    {
        Stage = progress.Stage,
        StageIndex = progress.StageIndex,
        Stages = progress.Stages,
        Step = progress.Step,
        Steps = progress.Steps,
        Loss = progress.Last?.Loss ?? 0,
        Terms = progress.Last?.Terms ?? new Dictionary<string, double>(),
        Accuracy = progress.Last?.Accuracy ?? 0,
        ValidationAccuracy = progress.Validation?.Accuracy,
        LearningRate = progress.Last?.LearningRate ?? 0,
        PairsPerSecond = progress.PairsPerSecond,
        RemainingSeconds = progress.Remaining.TotalSeconds,
        MemoryBytes = progress.MemoryBytes,
        BadPairs = progress.BadPairs,
    };
}
