using OnePeace.Contracts.Modalities;

namespace OnePeace.Grains.Modalities;

/// <summary>What of a modality outlives the process.</summary>
[GenerateSerializer, Alias("onepeace.modality-life")]
public sealed record ModalityLife
{
    /// <summary>In the order in which they came.</summary>
    [Id(0)] public IReadOnlyList<VersionRecord> Versions { get; init; } = [];

    /// <summary>Hash of the version that requests should go to.</summary>
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

    /// <summary>The staged version was refused; the one before serves on. Or the serving one was, on every replica.</summary>
    public ModalityLife Refuse(string hash, string reason, DateTimeOffset now) => Set(hash, VersionState.Failed, now, reason) with
    {
        Active = Active == hash ? null : Active,
        Staged = Staged == hash ? null : Staged,
    };

    /// <summary>A new command: versions are to leave every replica and to be forgotten.</summary>
    public ModalityLife Remove(IReadOnlyCollection<string> hashes, DateTimeOffset now)
    {
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
        ? this with { Versions = [.. Versions.Where(v => v.Package.Hash != hash)], Leaving = [.. Leaving.Where(h => h != hash)] }
        : Set(hash, VersionState.Registered, now);

    private ModalityLife Without(PackageSummary package) =>
        this with { Versions = [.. Versions.Where(v => v.Package.Version != package.Version || v.Package.Hash == package.Hash)] };

    private ModalityLife Set(string hash, VersionState state, DateTimeOffset now, string? reason = null, PackageSummary? package = null)
    {
        var changed = new VersionRecord(package ?? Find(hash)!.Package, state) { Reason = reason, Since = now };
        return Find(hash) is null
            ? this with { Versions = [.. Versions, changed] }
            : this with { Versions = [.. Versions.Select(v => v.Package.Hash == hash ? changed : v)] };
    }
}
