using Orleans.Concurrency;

namespace OnePeace.Contracts.Modalities;

/// <summary>One modality of one core: which versions there are and which one serves. Durable. Key: <c>core/name</c>.</summary>
/// <remarks>What cannot be done comes back as <see cref="ModalityReply.Fault"/>; an exception says that the cluster or its storage failed. Every command can be sent again safely.</remarks>
[Alias("onepeace.modality")]
public interface IModalityGrain : IGrainWithStringKey
{
    /// <summary>Registers a package of the store, has every replica verify it, and makes it the version that serves.</summary>
    [Alias("add"), ResponseTimeout(ModalityLimits.LongestChange)]
    Task<ModalityReply> AddAsync(PackageSummary package, CancellationToken cancellation);

    /// <summary>Makes a registered version the one that serves.</summary>
    [Alias("switch"), ResponseTimeout(ModalityLimits.LongestChange)]
    Task<ModalityReply> SwitchAsync(string version, CancellationToken cancellation);

    /// <summary>Takes the modality out of service and forgets its versions; or one version that does not serve.</summary>
    /// <param name="version">Null for all.</param>
    [Alias("remove"), ResponseTimeout(ModalityLimits.LongestChange)]
    Task<ModalityReply> RemoveAsync(string? version, CancellationToken cancellation);

    [Alias("describe"), ResponseTimeout("00:00:05")]
    Task<ModalityRecord> DescribeAsync();

    /// <summary>What a replica should have of this modality, for its reconciler.</summary>
    [Alias("wanted"), ResponseTimeout("00:00:05")]
    Task<WantedVersions> WantedAsync();

    /// <summary>A replica's reconciler tells how a version fares with it.</summary>
    [Alias("report"), ResponseTimeout("00:00:10")]
    Task ReportAsync(ReplicaReport report);
}

/// <summary>The modalities of a core that came as packages, its replicas, and what happened. Durable. Key: the core's name.</summary>
[Alias("onepeace.modality-catalogue")]
public interface IModalityCatalogueGrain : IGrainWithStringKey
{
    /// <summary>Names of all modalities that ever had a version and were not removed.</summary>
    [Alias("names"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<string>> NamesAsync();

    [Alias("enter")]
    Task EnterAsync(string name);

    [Alias("leave")]
    Task LeaveAsync(string name);

    /// <summary>A replica is there and wants to be told of changes; repeated every few seconds, or it is forgotten.</summary>
    [Alias("join"), ResponseTimeout("00:00:05")]
    Task JoinAsync(string replica, IReplicaObserver observer);

    /// <summary>The replicas that are there now.</summary>
    [Alias("replicas")]
    Task<IReadOnlyList<string>> ReplicasAsync();

    /// <summary>Tells every replica that a modality changed.</summary>
    [Alias("announce")]
    Task AnnounceAsync(string name);

    /// <summary>Adds to the last events, which are kept in memory.</summary>
    [Alias("record")]
    Task RecordAsync(ModalityEvent happened);

    /// <summary>The last events after a number, oldest first.</summary>
    [Alias("events"), ResponseTimeout("00:00:05")]
    Task<IReadOnlyList<ModalityEvent>> EventsAsync(long after);
}

/// <summary>Told when something changed.</summary>
[Alias("onepeace.replica-observer")]
public interface IReplicaObserver : IGrainObserver
{
    [OneWay, Alias("changed")]
    Task ChangedAsync(string name);
}

/// <summary>Looks into uploaded packages. Answered by any silo: the store's folder is shared by all gateways and silos of a core. Key: any.</summary>
[Alias("onepeace.package-inspector")]
public interface IPackageInspectorGrain : IGrainWithStringKey
{
    /// <summary>Reads and checks a package of the store: its zip directory, manifest, hashes and signature; runs nothing of it.</summary>
    [Alias("inspect"), ResponseTimeout(ModalityLimits.LongestChange)]
    Task<InspectionReply> InspectAsync(string hash, CancellationToken cancellation);
}
