using OnePeace.Training.Steps;

namespace OnePeace.Training.Runs;

/// <summary>How far a run is.</summary>
public sealed record TrainingProgress
{
    public required string Stage { get; init; }

    /// <summary>From 0.</summary>
    public int StageIndex { get; init; }

    public int Stages { get; init; } = 1;

    public required long Step { get; init; }

    public required long Steps { get; init; }

    /// <summary>The last step's numbers; null before the first.</summary>
    public StepResult? Last { get; init; }

    /// <summary>The last validation; null before the first.</summary>
    public HistoryLine? Validation { get; init; }

    public double PairsPerSecond { get; init; }

    /// <summary>Until the end of this stage, at the pace so far.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>Of the whole process.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Pairs that could not be used so far.</summary>
    public long BadPairs { get; init; }
}

/// <summary>Told of every step. Quick, and called from one thread at a time.</summary>
public interface ITrainingObserver
{
    void Progressed(TrainingProgress progress);
}
