using OnePeace.Contracts.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>What of a run outlives the process.</summary>
[GenerateSerializer, Alias("onepeace.run-life")]
public sealed record RunLife
{
    /// <summary>Null before it was submitted, and after it was deleted.</summary>
    [Id(0)] public RunOrder? Order { get; init; }

    [Id(1)] public RunState State { get; init; }

    [Id(2)] public string? Reason { get; init; }

    [Id(3)] public DateTimeOffset Created { get; init; }

    [Id(4)] public DateTimeOffset Since { get; init; }

    /// <summary>The recipe's, where the order names none.</summary>
    [Id(5)] public string Name { get; init; } = "";

    [Id(6)] public int Seed { get; init; }

    [Id(7)] public IReadOnlyList<RunStage> Stages { get; init; } = [];

    /// <summary>Counts the leases.</summary>
    [Id(8)] public long Fence { get; init; }

    /// <summary>Who holds the last lease; null where it was taken away.</summary>
    [Id(9)] public string? Worker { get; init; }

    /// <summary>Whether it is trained and publishing is under way.</summary>
    [Id(10)] public bool IsPublishing { get; init; }

    [Id(11)] public RunPackage? Package { get; init; }

    /// <summary>The last numbers that were written down.</summary>
    [Id(12)] public RunProgress? Progress { get; init; }

    /// <summary>The highest number of an event so far.</summary>
    [Id(13)] public long Number { get; init; }

    /// <summary>A deleted run's id is not used again.</summary>
    [Id(14)] public bool IsDeleted { get; init; }

    /// <summary>As it was when this was written.</summary>
    [Id(15)] public IReadOnlyList<RunPoint> Curve { get; init; } = [];

    /// <summary>Why nothing would be published, as it was when it was submitted; null where something would.</summary>
    [Id(16)] public string? Note { get; init; }

    /// <summary>Who took it up last, and so has its files; null where nobody did.</summary>
    [Id(17)] public string? Keeper { get; init; }

    /// <summary>Whether a worker has something to do.</summary>
    public bool WantsWorker => Order is not null && (State is RunState.Submitted or RunState.Running || IsPublishing);

    /// <summary>Whether nothing more happens to it, by itself or by being resumed after a pause.</summary>
    public bool HasEnded => Order is not null && !WantsWorker && State != RunState.Paused;

    public RunLife Submit(RunOrder order, string name, int seed, IReadOnlyList<RunStage> stages, DateTimeOffset now) => this with
    {
        Order = order,
        Name = name,
        Seed = seed,
        Stages = stages,
        State = RunState.Submitted,
        Created = now,
        Since = now,
    };

    /// <summary>A worker has it from now on, and every lease before is void.</summary>
    public RunLife Take(string worker, DateTimeOffset now) => (State == RunState.Submitted ? To(RunState.Running, now) : this) with { Worker = worker, Keeper = worker, Fence = Fence + 1 };

    /// <summary>A command's new state; whoever works on it has lost it.</summary>
    public RunLife Command(RunState state, DateTimeOffset now) => To(state, now) with { Worker = null, Fence = Fence + 1, IsPublishing = false };

    /// <summary>A worker's part is over.</summary>
    public RunLife End(RunOutcome outcome, DateTimeOffset now) => To(outcome.State, now) with
    {
        Reason = outcome.Reason,
        Package = outcome.Package ?? Package,
        IsPublishing = outcome.Publishes,
        Worker = outcome.Publishes ? Worker : null,
    };

    /// <summary>With what is in memory otherwise.</summary>
    public RunLife With(long number, RunProgress? progress, IReadOnlyList<RunPoint> curve) => IsDeleted ? this : this with { Number = number, Progress = progress, Curve = curve };

    public RunLife Delete() => new() { IsDeleted = true, Fence = Fence + 1, Number = Number };

    private RunLife To(RunState state, DateTimeOffset now) => this with { State = state, Since = now, Reason = null };
}
