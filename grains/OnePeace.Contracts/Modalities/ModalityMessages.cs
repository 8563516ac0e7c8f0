namespace OnePeace.Contracts.Modalities;

/// <summary>Bounds of changes to modalities.</summary>
public static class ModalityLimits
{
    /// <summary>A change is answered within this time; what is still under way then goes on, and can be asked for.</summary>
    public const string LongestChange = "00:10:00";
}

/// <summary>What a package's manifest says, as far as the cluster needs to know it.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.package-summary")]
public sealed record PackageSummary
{
    [Id(0)] public required string Hash { get; init; }

    [Id(1)] public required string Name { get; init; }

    [Id(2)] public required string Version { get; init; }

    [Id(3)] public IReadOnlyList<string> MediaTypes { get; init; } = [];

    [Id(4)] public string CoreHash { get; init; } = "";

    [Id(5)] public string Description { get; init; } = "";

    [Id(6)] public string Author { get; init; } = "";

    [Id(7)] public string Licence { get; init; } = "";

    [Id(8)] public long Parameters { get; init; }

    [Id(9)] public long Bytes { get; init; }

    [Id(10)] public int TypicalTokens { get; init; }

    [Id(11)] public long MaxInputBytes { get; init; }
}

/// <summary>Where in its life a version stands.</summary>
[GenerateSerializer, Alias("onepeace.version-state")]
public enum VersionState
{
    /// <summary>In the store; serves nowhere.</summary>
    Registered,

    /// <summary>Replicas verify and load it.</summary>
    Attaching,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>Its last requests are under way.</summary>
    Draining,

    /// <summary>It was refused; <see cref="VersionRecord.Reason"/> says why. One that served before is tried again by itself.</summary>
    Failed,
}

/// <summary>A version as the cluster knows it.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.version-record")]
public sealed record VersionRecord([property: Id(0)] PackageSummary Package, [property: Id(1)] VersionState State)
{
    [Id(2)] public string? Reason { get; init; }

    [Id(3)] public DateTimeOffset Since { get; init; }
}

/// <summary>A modality as the cluster knows it.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.modality-record")]
public sealed record ModalityRecord([property: Id(0)] string Name, [property: Id(1)] IReadOnlyList<VersionRecord> Versions);

/// <summary>A modality after a command, or why the command was not carried out.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.modality-reply")]
public sealed record ModalityReply([property: Id(0)] ModalityRecord Modality)
{
    [Id(1)] public ModalityFault? Fault { get; init; }

    /// <summary>False where replicas are still at work.</summary>
    [Id(2)] public bool Finished { get; init; } = true;
}

/// <summary>What stood in the way. The message is meant for the sender.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.modality-fault")]
public sealed record ModalityFault([property: Id(0)] ModalityFaultKind Kind, [property: Id(1)] string Message);

[GenerateSerializer, Alias("onepeace.modality-fault-kind")]
public enum ModalityFaultKind
{
    Internal,

    /// <summary>The package is damaged, broken, or failed its canaries.</summary>
    Refused,

    /// <summary>The operator did not allow the package.</summary>
    NotAllowed,

    /// <summary>Made for another core.</summary>
    WrongCore,

    /// <summary>The version exists with other content, the name is taken, or a version that serves was to be forgotten.</summary>
    Conflict,

    /// <summary>No such modality or version.</summary>
    NotFound,

    /// <summary>No replica is ready, or there is no room.</summary>
    Unavailable,
}

/// <summary>What a package is, or why it was refused.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.inspection-reply")]
public sealed record InspectionReply
{
    [Id(0)] public PackageSummary? Package { get; init; }

    [Id(1)] public ModalityFault? Fault { get; init; }
}

/// <summary>What a replica should have of one modality.</summary>
/// <param name="Active">Hash of the version that should serve, or null.</param>
/// <param name="Staged">Hash of a version to be verified and held ready beside it, or null.</param>
/// <param name="Attempt">Counts the commands: what failed at an earlier one is tried again.</param>
[GenerateSerializer, Immutable, Alias("onepeace.wanted-versions")]
public sealed record WantedVersions([property: Id(0)] string? Active, [property: Id(1)] string? Staged, [property: Id(2)] long Attempt);

/// <summary>Everything a replica has of one modality; a version that is not named has left nothing in its memory.</summary>
/// <param name="Attempt">Of the <see cref="WantedVersions"/> that it has carried out.</param>
[GenerateSerializer, Immutable, Alias("onepeace.replica-report")]
public sealed record ReplicaReport(
    [property: Id(0)] string Replica, [property: Id(1)] long Attempt, [property: Id(2)] IReadOnlyList<ReplicaVersion> Versions);

/// <summary>How a version fares with a replica.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.replica-version")]
public sealed record ReplicaVersion([property: Id(0)] string Hash, [property: Id(1)] ReplicaState State)
{
    [Id(2)] public ModalityFault? Fault { get; init; }
}

[GenerateSerializer, Alias("onepeace.replica-state")]
public enum ReplicaState
{
    /// <summary>Verified, loaded, canaries answered.</summary>
    Staged,

    /// <summary>Serves.</summary>
    Ready,

    /// <summary>Its last requests are under way, or it is being unloaded.</summary>
    Draining,

    /// <summary>Unloaded, but something still refers to its assemblies.</summary>
    Leaked,

    /// <summary>Refused; nothing of it is in memory.</summary>
    Failed,
}

/// <summary>Something that happened in a modality's life.</summary>
/// <param name="Number">Counts up within a cluster's life; 0 until the catalogue gives one.</param>
/// <param name="What">A word: <c>attaching</c>, <c>ready</c>, <c>draining</c>, <c>detached</c>, <c>failed</c>, <c>leaked</c>.</param>
[GenerateSerializer, Immutable, Alias("onepeace.modality-event")]
public sealed record ModalityEvent(
    [property: Id(0)] long Number,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Modality,
    [property: Id(3)] string Version,
    [property: Id(4)] string What,
    [property: Id(5)] string? Detail);
