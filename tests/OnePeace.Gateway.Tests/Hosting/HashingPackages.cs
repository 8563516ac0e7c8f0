using System.Collections.Concurrent;
using OnePeace.Engine;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>Takes packages in and out of a <see cref="HashingEngine"/> without running anything of them.</summary>
/// <param name="find">Path of a package by its hash.</param>
internal sealed class HashingPackages(HashingEngine engine, Func<string, string?> find) : IEncodingEngine, IModalityHost
{
    private readonly ConcurrentDictionary<string, (HostedVersion Version, IReadOnlyList<string> MediaTypes)> _hosted = new();

    /// <summary>Every version waits for this before it is looked at.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Versions that wait.</summary>
    public int Waiting;

    /// <summary>Versions that answer their canaries otherwise.</summary>
    public HashSet<string> Broken { get; } = [];

    /// <summary>How often a version was looked at.</summary>
    public int Staged;

    public IModalityHost Packages => this;

    public IReadOnlyList<HostedVersion> Versions => [.. _hosted.Values.Select(hosted => hosted.Version)];

    public Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation) => engine.EncodeAsync(work, cancellation);

    public EngineDescription Describe()
    {
        var own = engine.Describe();
        var attached = _hosted.Values.Where(hosted => hosted.Version.State == HostedState.Ready)
            .Select(hosted => new ModalityDescription(hosted.Version.Name, hosted.Version.Version, "ready", hosted.Version.Hash, hosted.MediaTypes) { IsOfModel = false });
        return own with { Modalities = [.. own.Modalities, .. attached] };
    }

    public async Task StageAsync(string hash, CancellationToken cancellation)
    {
        Interlocked.Increment(ref Waiting);
        await Hold;
        Interlocked.Decrement(ref Waiting);
        if (_hosted.ContainsKey(hash)) return;
        Interlocked.Increment(ref Staged);
        using var package = ModalityPackage.Open(find(hash) ?? throw new PackageRefusedException(PackageFault.Damaged, "The package is not in the store."));
        if (Broken.Contains(package.Manifest.Version)) throw new PackageRefusedException(PackageFault.CanaryFailed, "A canary was answered otherwise than recorded.");
        _hosted[hash] = (new HostedVersion(package.Manifest.Name, package.Manifest.Version, hash, HostedState.Staged), package.Manifest.MediaTypes);
    }

    public void Activate(string hash)
    {
        var (version, types) = _hosted[hash];
        foreach (var before in Versions.Where(v => v.Name == version.Name && v.State == HostedState.Ready && v.Hash != hash)) Withdraw(before.Hash);
        _hosted[hash] = (version with { State = HostedState.Ready }, types);
    }

    public void Withdraw(string hash) => _hosted.TryRemove(hash, out _);
}
