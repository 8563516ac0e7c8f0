using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Serving;

namespace OnePeace.Engine.Hosting;

/// <summary>The packages of one engine: staged beside what serves, put in its place between two batches, unloaded after their last request.</summary>
internal sealed class PackageHost : IModalityHost, IDisposable
{
    private readonly ServedModel _model;
    private readonly PackageStaging _stages;
    private readonly Meter _meter = new(EngineMetrics.MeterName);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostedPackage> _hosted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _staging = new(StringComparer.Ordinal);
    private bool _closed;

    public PackageHost(ServedModel model, PackageStaging stages)
    {
        _model = model;
        _stages = stages;
        _meter.CreateObservableGauge("onepeace.engine.versions", Count, "{version}", "Versions of packages that have something in memory, by state.");
    }

    public IReadOnlyList<HostedVersion> Versions
    {
        get { lock (_gate) return [.. _hosted.Values.Select(package => package.Describe())]; }
    }

    public Task StageAsync(string hash, CancellationToken cancellation)
    {
        Lazy<Task> running;
        lock (_gate) running = _staging.GetOrAdd(hash, h => new(() => StageOnceAsync(h)));   // never while its folder is being removed
        return running.Value.WaitAsync(cancellation);
    }

    public void Activate(string hash)
    {
        lock (_gate)
        {
            if (!_hosted.TryGetValue(hash, out var package) || package is not { Version: { } version, State: HostedState.Staged or HostedState.Ready })
                throw new KeyNotFoundException($"No staged version has the hash {hash}.");
            if (package.State == HostedState.Ready) return;
            package.State = HostedState.Ready;
            if (_model.Modalities.Serve(version) is { } before) Retire(before);
        }
    }

    public void Withdraw(string hash)
    {
        lock (_gate)
        {
            if (!_hosted.TryGetValue(hash, out var package) || package is not { Version: { } version, State: HostedState.Staged or HostedState.Ready }) return;
            _model.Modalities.Remove(version);
            Retire(version);
        }
    }

    /// <summary>Withdraws everything; what was laid out stays for the next start.</summary>
    public void Dispose()
    {
        lock (_gate) _closed = true;
        foreach (var version in Versions) Withdraw(version.Hash);
        _meter.Dispose();
    }

    private IEnumerable<Measurement<long>> Count() =>
        from state in Enum.GetValues<HostedState>()
        select new Measurement<long>(Versions.Count(v => v.State == state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));

    private async Task StageOnceAsync(string hash)
    {
        await Task.Yield();
        try
        {
            lock (_gate)
                if (_hosted.TryGetValue(hash, out var there) && there.State is HostedState.Staged or HostedState.Ready) return;
            var package = await _stages.RunAsync(hash).ConfigureAwait(false);
            lock (_gate) _hosted[hash] = package;
        }
        finally
        {
            _staging.TryRemove(hash, out _);
        }
    }

    private void Retire(ModalityVersion version)
    {
        if (!_hosted.TryGetValue(version.Identity.Hash, out var package)) throw new InvalidOperationException($"The modality '{version.Name}' belongs to the model and stays.");
        package.State = HostedState.Draining;
        version.Retire();
        _ = WatchAsync(version.Identity.Hash, package, version.Unloaded);
    }

    /// <summary>Follows a version until nothing of it is left.</summary>
    private async Task WatchAsync(string hash, HostedPackage package, Task unloaded)
    {
        await unloaded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        package.Forget();
        while (!await UnloadWatch.IsCollectedAsync(package.Context).ConfigureAwait(false))
            lock (_gate) package.State = HostedState.Leaked;
        lock (_gate)
        {
            if (_hosted.GetValueOrDefault(hash) != package) return;
            _hosted.Remove(hash);
            if (!_closed && !_staging.ContainsKey(hash)) _stages.Clear(hash);
        }
    }
}
