using OnePeace.Contracts.Modalities;

namespace OnePeace.Grains.Modalities;

/// <summary>What of a modality outlives the process.</summary>
[GenerateSerializer, Alias("onepeace.modality-life")]
public sealed record ModalityLife
{
    private const int MostFailures = 8;

    /// <summary>In the order in which they came.</summary>
    [Id(0)] public IReadOnlyList<VersionRecord> Versions { get; init; } = [];

    /// <summary>Hash of the version that requests should go to, also while no replica can serve it.</summary>
    [Id(1)] public string? Active { get; init; }

    /// <summary>Hash of the version that is to take its place once every replica has verified it.</summary>
    [Id(2)] public string? Staged { get; init; }

    /// <summary>Counts the commands; goes on counting after the last version is forgotten, so that no late report is taken for an answer to a new command.</summary>
    [Id(3)] public long Attempt { get; init; }

    /// <summary>Hashes that are forgotten once no replica has them any more.</summary>
    [Id(4)] public IReadOnlyList<string> Leaving { get; init; } = [];

    public VersionRecord? Find(string hash) => Versions.FirstOrDefault(v => v.Package.Hash == hash);

    public VersionRecord? Named(string version) => Versions.FirstOrDefault(v => v.Package.Version == version);

    /// <summary>A new command: a version is to be verified and to take over. A refused one of the same number makes room for it.</summary>
    public ModalityLife Stage(PackageSummary package, DateTimeOffset now) => Without(package).Set(package.Hash, VersionState.Attaching, now, package: package) with
    {
        Staged = package.Hash,
        Attempt = Attempt + 1,
        Leaving = [.. Leaving.Where(hash => hash != package.Hash)],
    };

    /// <summary>Every replica has verified the staged version: it serves, and the one before drains.</summary>
    public ModalityLife Flip(DateTimeOffset now)
    {
        var drained = Active is { } before && before != Staged ? Set(before, VersionState.Draining, now) : this;
        return drained.Set(Staged!, VersionState.Ready, now) with { Active = Staged, Staged = null };
    }

    /// <summary>The staged version was refused; the one before serves on. Or the active one was, on every replica: it stays wanted, and is tried again.</summary>
    public ModalityLife Refuse(string hash, string reason, DateTimeOffset now) =>
        (Set(hash, VersionState.Failed, now, reason) with { Staged = Staged == hash ? null : Staged }).WithoutOldFailures();

    /// <summary>The active version was refused, and every replica serves it now.</summary>
    public ModalityLife Recover(DateTimeOffset now) => Set(Active!, VersionState.Ready, now);

    /// <summary>A new command: versions are to leave every replica and to be forgotten. Unknown ones are passed over.</summary>
    public ModalityLife Remove(IEnumerable<string> versions, DateTimeOffset now)
    {
        string[] hashes = [.. versions.Where(hash => Find(hash) is not null)];
        if (hashes.Length == 0) return this;
        var life = hashes.Aggregate(this, (life, hash) => life.Set(hash, VersionState.Draining, now));
        return life with
        {
            Active = Active is { } active && hashes.Contains(active) ? null : Active,
            Staged = Staged is { } staged && hashes.Contains(staged) ? null : Staged,
            Attempt = Attempt + 1,
            Leaving = [.. Leaving.Union(hashes)],
        };
    }

    /// <summary>No replica has anything of a draining version any more.</summary>
    public ModalityLife Drained(string hash, DateTimeOffset now) => Leaving.Contains(hash)
        ? Only(Versions.Where(v => v.Package.Hash != hash))
        : Set(hash, VersionState.Registered, now);

    /// <summary>Without other content of the same number.</summary>
    private ModalityLife Without(PackageSummary package) =>
        Only(Versions.Where(v => v.Package.Version != package.Version || v.Package.Hash == package.Hash));

    private ModalityLife WithoutOldFailures()
    {
        var old = Versions.Where(v => v.State == VersionState.Failed && v.Package.Hash != Active).OrderByDescending(v => v.Since).Skip(MostFailures);
        return Only(Versions.Except(old.ToList()));
    }

    private ModalityLife Only(IEnumerable<VersionRecord> versions)
    {
        VersionRecord[] kept = [.. versions];
        bool IsKept(string? hash) => kept.Any(v => v.Package.Hash == hash);
        return this with { Versions = kept, Active = IsKept(Active) ? Active : null, Staged = IsKept(Staged) ? Staged : null, Leaving = [.. Leaving.Where(IsKept)] };
    }

    private ModalityLife Set(string hash, VersionState state, DateTimeOffset now, string? reason = null, PackageSummary? package = null)
    {
        var changed = new VersionRecord(package ?? Find(hash)!.Package, state) { Reason = reason, Since = now };
        return Find(hash) is null
            ? this with { Versions = [.. Versions, changed] }
            : this with { Versions = [.. Versions.Select(v => v.Package.Hash == hash ? changed : v)] };
    }
}
