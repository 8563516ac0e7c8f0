namespace OnePeace.Contracts.Runs;

/// <summary>Bounds of training runs.</summary>
public static class RunLimits
{
    public const int MostRuns = 1000;

    /// <summary>UTF-8 bytes of a recipe.</summary>
    public const int RecipeBytes = 1 << 20;

    /// <summary>A worker that is not heard of for so long has lost its run.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
}

/// <summary>What to train, on what.</summary>
/// <param name="Recipe">JSON.</param>
/// <param name="Data">A file or folder, from the server's folder of training data; empty for that folder itself.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-order")]
public sealed record RunOrder([property: Id(0)] string Recipe, [property: Id(1)] string Data)
{
    /// <summary>As people know the run; null for the recipe's name.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>Null for the recipe's.</summary>
    [Id(3)] public int? Seed { get; init; }

    /// <summary>Whether a modality that joined is to serve afterwards.</summary>
    [Id(4)] public bool Publish { get; init; } = true;

    /// <summary>The version to publish; null for one of the run's own.</summary>
    [Id(5)] public string? Version { get; init; }

    /// <summary>Whether the order is refused where it is known already that nothing of it can be published.</summary>
    [Id(6)] public bool MustPublish { get; init; }
}

/// <summary>Where in its life a run stands.</summary>
[GenerateSerializer, Alias("onepeace.run-state")]
public enum RunState
{
    /// <summary>Waits for a worker.</summary>
    Submitted,

    Running,

    Paused,

    /// <summary><see cref="RunRecord.Reason"/> says why; it can be resumed.</summary>
    Failed,

    Cancelled,

    /// <summary>Trained. Nothing of it serves (yet); <see cref="RunRecord.Reason"/> says why where something should.</summary>
    Finished,

    /// <summary>Trained, and its modality was attached.</summary>
    Published,
}

/// <summary>A stage of a run.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-stage")]
public sealed record RunStage([property: Id(0)] string Name, [property: Id(1)] long Steps);

/// <summary>How far a run is.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-progress")]
public sealed record RunProgress
{
    [Id(0)] public required string Stage { get; init; }

    /// <summary>From 0.</summary>
    [Id(1)] public int StageIndex { get; init; }

    [Id(2)] public int Stages { get; init; }

    [Id(3)] public long Step { get; init; }

    [Id(4)] public long Steps { get; init; }

    [Id(5)] public double Loss { get; init; }

    /// <summary>Parts of the loss by name, not weighted.</summary>
    [Id(6)] public IReadOnlyDictionary<string, double> Terms { get; init; } = new Dictionary<string, double>();

    /// <summary>0 to 1.</summary>
    [Id(7)] public double Accuracy { get; init; }

    /// <summary>Of the last validation; null before the first.</summary>
    [Id(8)] public double? ValidationAccuracy { get; init; }

    [Id(9)] public double LearningRate { get; init; }

    [Id(10)] public double PairsPerSecond { get; init; }

    /// <summary>Of this stage.</summary>
    [Id(11)] public double RemainingSeconds { get; init; }

    /// <summary>Of the worker's process.</summary>
    [Id(12)] public long MemoryBytes { get; init; }

    [Id(13)] public long BadPairs { get; init; }
}

/// <summary>A point of a run's curve.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-point")]
public readonly record struct RunPoint([property: Id(0)] int Stage, [property: Id(1)] long Step, [property: Id(2)] double Loss, [property: Id(3)] double Accuracy);

/// <summary>The package that a run became.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-package")]
public sealed record RunPackage([property: Id(0)] string Modality, [property: Id(1)] string Version, [property: Id(2)] string Hash);

/// <summary>A run as the cluster knows it.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-record")]
public sealed record RunRecord([property: Id(0)] string Id, [property: Id(1)] RunState State)
{
    [Id(2)] public string Name { get; init; } = "";

    [Id(3)] public string Data { get; init; } = "";

    [Id(4)] public int Seed { get; init; }

    [Id(5)] public bool Publish { get; init; }

    [Id(6)] public IReadOnlyList<RunStage> Stages { get; init; } = [];

    [Id(7)] public string? Reason { get; init; }

    [Id(8)] public DateTimeOffset Created { get; init; }

    /// <summary>Since when it is in this state.</summary>
    [Id(9)] public DateTimeOffset Since { get; init; }

    /// <summary>The last numbers; null before the first step.</summary>
    [Id(10)] public RunProgress? Progress { get; init; }

    /// <summary>The loss from the first step on, thinned.</summary>
    [Id(11)] public IReadOnlyList<RunPoint> Curve { get; init; } = [];

    [Id(12)] public RunPackage? Package { get; init; }

    /// <summary>Whether nothing more happens to it by itself.</summary>
    [Id(13)] public bool HasEnded { get; init; }

    /// <summary>Of a run that has not ended: why nothing of it would be published, as it was when it was submitted.</summary>
    [Id(14)] public string? Note { get; init; }
}

/// <summary>A run after a command, or why the command was not carried out.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-reply")]
public sealed record RunReply
{
    [Id(0)] public RunRecord? Run { get; init; }

    [Id(1)] public RunFault? Fault { get; init; }

    public static implicit operator RunReply(RunFault fault) => new() { Fault = fault };
}

/// <summary>What stood in the way. The message is meant for the sender.</summary>
/// <param name="Part">What of the order is to blame, such as <c>recipe</c>, or null.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-fault")]
public sealed record RunFault([property: Id(0)] RunFaultKind Kind, [property: Id(1)] string Message, [property: Id(2)] string? Part = null);

[GenerateSerializer, Alias("onepeace.run-fault-kind")]
public enum RunFaultKind
{
    /// <summary>The order cannot be carried out as it is.</summary>
    Refused,

    /// <summary>It does not fit the state that the run is in, or the id is taken.</summary>
    Conflict,

    NotFound,

    /// <summary>This server does not train, or has too many runs.</summary>
    Unavailable,
}

/// <summary>Something that happened to a run.</summary>
/// <param name="Number">Counts up, also over restarts.</param>
/// <param name="Progress">Null for a change of state.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-event")]
public sealed record RunEvent(
    [property: Id(0)] long Number, [property: Id(1)] DateTimeOffset At, [property: Id(2)] RunState State, [property: Id(3)] RunProgress? Progress, [property: Id(4)] string? Reason);

/// <summary>Events of a run.</summary>
/// <param name="IsLast">Whether no more will come, unless it is resumed.</param>
/// <param name="Exists">False where there is no such run.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-events")]
public sealed record RunEvents([property: Id(0)] IReadOnlyList<RunEvent> Events, [property: Id(1)] bool IsLast, [property: Id(2)] bool Exists);

/// <summary>A worker's right to a run, until it is not heard of for <see cref="RunLimits.Lease"/>, or the run should stop.</summary>
/// <param name="Fence">Counts the leases of the run: what comes with an older one is refused.</param>
/// <param name="IsTrained">Whether only publishing is left.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-lease")]
public sealed record RunLease([property: Id(0)] long Fence, [property: Id(1)] RunOrder Order, [property: Id(2)] bool IsTrained);

/// <summary>What a worker tells.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.run-report")]
public sealed record RunReport([property: Id(0)] long Fence)
{
    [Id(1)] public RunProgress? Progress { get; init; }

    /// <summary>What the curve has more than at the last report.</summary>
    [Id(2)] public IReadOnlyList<RunPoint> Points { get; init; } = [];

    /// <summary>Null while it goes on.</summary>
    [Id(3)] public RunOutcome? Outcome { get; init; }
}

/// <summary>How a worker's part ended.</summary>
/// <param name="State"><see cref="RunState.Finished"/>, <see cref="RunState.Published"/> or <see cref="RunState.Failed"/>.</param>
[GenerateSerializer, Immutable, Alias("onepeace.run-outcome")]
public sealed record RunOutcome([property: Id(0)] RunState State)
{
    /// <summary>Why it failed, or why nothing of it serves.</summary>
    [Id(1)] public string? Reason { get; init; }

    [Id(2)] public RunPackage? Package { get; init; }

    /// <summary>Whether publishing comes next.</summary>
    [Id(3)] public bool Publishes { get; init; }
}
