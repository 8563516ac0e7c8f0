using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using OnePeace.Engine.Hosting;

namespace OnePeace.Grains.Modalities;

/// <summary>One modality of one replica: what it should have, what it has, and what it could not take.</summary>
internal sealed class ModalityReconciliation(string name, string replica, TimeProvider time)
{
    private const int Idle = 0, Running = 1, RunningAndAsked = 2;
    private static readonly TimeSpan UntilRetry = TimeSpan.FromSeconds(20), UntilReport = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WhileDraining = TimeSpan.FromMilliseconds(50), LongestDrain = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Refusal> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _draining = new(StringComparer.Ordinal);
    private IReadOnlyList<ReplicaVersion> _reported = [];
    private DateTimeOffset _reportedAt;
    private long _attempt = -1;
    private int _state;

    /// <summary>False where it is being done: then it is done once more.</summary>
    public bool TryBegin()
    {
        while (true)
        {
            if (Interlocked.CompareExchange(ref _state, Running, Idle) == Idle) return true;
            if (Interlocked.CompareExchange(ref _state, RunningAndAsked, Running) != Idle) return false;
        }
    }

    /// <summary>Whether it was asked for meanwhile.</summary>
    public bool TryAgain()
    {
        if (Interlocked.CompareExchange(ref _state, Running, RunningAndAsked) == RunningAndAsked) return true;
        return Interlocked.CompareExchange(ref _state, Idle, Running) != Running && TryAgain();
    }

    /// <summary>Makes the engine have what is wanted, as far as it can.</summary>
    public async Task RunAsync(IModalityGrain grain, IModalityHost host, ILogger log)
    {
        var wanted = await grain.WantedAsync();
        if (wanted.Attempt != _attempt) _refused.Clear();
        foreach (var hash in new[] { wanted.Active, wanted.Staged }.OfType<string>().Distinct())
        {
            if (!_refused.TryGetValue(hash, out var before) || (hash != wanted.Staged && time.GetUtcNow() - before.At > UntilRetry)) await StageAsync(hash, host, log);
        }
        if (wanted.Active is { } active && !_refused.ContainsKey(active)) host.Activate(active);
        foreach (var version in Versions(host).Where(v => v.State is HostedState.Staged or HostedState.Ready && v.Hash != wanted.Active && v.Hash != wanted.Staged))
            host.Withdraw(version.Hash);
        _attempt = wanted.Attempt;
        await ReportAsync(grain, Told(host));
    }

    /// <summary>Looks after what drains until it is gone, for a while, or until asked for; reports what changes.</summary>
    public async Task DrainAsync(IModalityGrain grain, IModalityHost host)
    {
        while (IsWorthWaiting(host) && Volatile.Read(ref _state) != RunningAndAsked)
        {
            await Task.Delay(WhileDraining);
            var told = Told(host);
            if (!told.SequenceEqual(_reported) || time.GetUtcNow() - _reportedAt >= UntilReport) await ReportAsync(grain, told);
        }
    }

    /// <summary>What drains for long is left to the periodic passes.</summary>
    private bool IsWorthWaiting(IModalityHost host)
    {
        var now = time.GetUtcNow();
        string[] draining = [.. Versions(host).Where(v => v.State == HostedState.Draining).Select(v => v.Hash)];
        foreach (var gone in _draining.Keys.Except(draining).ToList()) _draining.Remove(gone);
        foreach (var hash in draining) _draining.TryAdd(hash, now);
        return _draining.Values.Any(since => now - since < LongestDrain);
    }

    private async Task ReportAsync(IModalityGrain grain, IReadOnlyList<ReplicaVersion> told)
    {
        await grain.ReportAsync(new ReplicaReport(replica, _attempt, told));
        (_reported, _reportedAt) = (told, time.GetUtcNow());
    }

    private IReadOnlyList<ReplicaVersion> Told(IModalityHost host) =>
    [
        .. Versions(host).Select(v => new ReplicaVersion(v.Hash, StateOf(v.State))),
        .. _refused.Select(r => new ReplicaVersion(r.Key, ReplicaState.Failed) { Fault = r.Value.Fault }),
    ];

    private async Task StageAsync(string hash, IModalityHost host, ILogger log)
    {
        try
        {
            await host.StageAsync(hash, CancellationToken.None);
            _refused.Remove(hash);
        }
        catch (Exception e)
        {
            if (e is not PackageRefusedException) log.LogError(e, "Attaching a version of {Modality} failed", name);
            _refused[hash] = new Refusal(PackageFaults.From(e), time.GetUtcNow());
        }
    }

    private IEnumerable<HostedVersion> Versions(IModalityHost host) => host.Versions.Where(v => v.Name == name);

    private static ReplicaState StateOf(HostedState state) => state switch
    {
        HostedState.Staged => ReplicaState.Staged,
        HostedState.Ready => ReplicaState.Ready,
        HostedState.Draining => ReplicaState.Draining,
        _ => ReplicaState.Leaked,
    };

    private readonly record struct Refusal(ModalityFault Fault, DateTimeOffset At);
}
