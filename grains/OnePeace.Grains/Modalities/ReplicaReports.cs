using OnePeace.Contracts.Modalities;

namespace OnePeace.Grains.Modalities;

/// <summary>What the replicas last said of one modality.</summary>
internal sealed class ReplicaReports
{
    private readonly Dictionary<string, ReplicaReport> _last = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaks = new(StringComparer.Ordinal);

    public void Take(ReplicaReport report)
    {
        if (!_last.TryGetValue(report.Replica, out var before) || before.Attempt <= report.Attempt) _last[report.Replica] = report;
    }

    /// <summary>Forgets replicas that are gone; whether each that is there has carried out this attempt.</summary>
    public bool AreComplete(IReadOnlyList<string> replicas, long attempt)
    {
        foreach (var gone in _last.Keys.Except(replicas).ToList()) _last.Remove(gone);
        return replicas.Count > 0 && replicas.All(replica => _last.TryGetValue(replica, out var report) && report.Attempt == attempt);
    }

    public bool AllHave(string hash) => All(hash, state => state is ReplicaState.Staged or ReplicaState.Ready);

    public bool AllServe(string hash) => All(hash, state => state is ReplicaState.Ready);

    /// <summary>Why a replica refused it, or null.</summary>
    public ModalityFault? FaultOf(string hash) => Of(hash).FirstOrDefault(v => v?.State == ReplicaState.Failed)?.Fault;

    /// <summary>Why it serves nowhere, or null.</summary>
    public ModalityFault? AllRefuse(string hash) => All(hash, state => state is ReplicaState.Failed) ? FaultOf(hash) : null;

    /// <summary>A leak counts as gone: it is told, and stands in nobody's way.</summary>
    public bool NobodyHas(string hash) => Of(hash).All(v => v is null or { State: ReplicaState.Failed or ReplicaState.Leaked });

    /// <summary>Leaks that were not told before.</summary>
    public IReadOnlyList<string> NewLeaks() =>
        [.. _last.Values.SelectMany(r => r.Versions).Where(v => v.State == ReplicaState.Leaked && _leaks.Add(v.Hash)).Select(v => v.Hash)];

    private bool All(string hash, Func<ReplicaState, bool> holds) => _last.Count > 0 && Of(hash).All(v => v is not null && holds(v.State));

    private IEnumerable<ReplicaVersion?> Of(string hash) => _last.Values.Select(r => r.Versions.FirstOrDefault(v => v.Hash == hash));
}
