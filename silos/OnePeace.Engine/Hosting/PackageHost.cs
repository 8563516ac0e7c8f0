using System.Diagnostics.Metrics;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Serving;

namespace OnePeace.Engine.Hosting;

/// <summary>The packages of one engine: staged beside what serves, put in its place between two batches, unloaded after their last request.</summary>
internal sealed class PackageHost : IModalityHost
{
    private static readonly TimeSpan LeakPause = TimeSpan.FromSeconds(30);

    private readonly ServedModel _model;
    private readonly PackageStaging _stages;
    private readonly Meter _meter = new(EngineMetrics.MeterName);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostedPackage> _hosted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _staging = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _draining = [];
    private bool _closed;

    public PackageHost(ServedModel model, PackageStaging stages)
    {
        _model = model;
        _stages = stages;
        _meter.CreateObservableGauge("onepeace.engine.versions", Count, "{version}", "Versions of packages that have something in memory, by state.");
    }

    /// <summary>How long the last requests of a version may take before it counts as leaked.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long closing waits.</summary>
    public TimeSpan CloseLimit { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyList<HostedVersion> Versions
    {
        get { lock (_gate) return [.. _hosted.Values.Select(package => package.Describe())]; }
    }

    public Task StageAsync(string hash, CancellationToken cancellation)
    {
        Task? running;
        lock (_gate)   // never while its folder is being removed
        {
            if (_closed) throw Closed();
            if (!_staging.TryGetValue(hash, out running)) _staging[hash] = running = StageOnceAsync(hash);
        }
        return running.WaitAsync(cancellation);
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

    /// <summary>Withdraws everything, and waits for what still runs; what was laid out stays for the next start.</summary>
    /// <returns>False where plugin code may still run, and use the model's core, after <see cref="CloseLimit"/>.</returns>
    public async Task<bool> CloseAsync()
    {
        lock (_gate) _closed = true;
        foreach (var version in Versions) Withdraw(version.Hash);
        _meter.Dispose();
        var settled = SettleAsync();
        await settled.WaitAsync(CloseLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return settled.IsCompletedSuccessfully && LoaderThread.Abandoned == 0;
    }

    private async Task SettleAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate) running = [.. _staging.Values.Concat(_draining).Where(task => !task.IsCompleted)];
            if (running.Length == 0) return;
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IEnumerable<Measurement<long>> Count() =>
        from state in Enum.GetValues<HostedState>()
        select new Measurement<long>(Versions.Count(v => v.State == state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));

    private async Task StageOnceAsync(string hash)
    {
        await Task.Yield();   // its caller holds the gate
        try
        {
            lock (_gate)
                if (_hosted.TryGetValue(hash, out var there) && there.State is HostedState.Staged or HostedState.Ready) return;
            var package = await _stages.RunAsync(hash).ConfigureAwait(false);
            lock (_gate) Host(hash, package);
        }
        catch
        {
            lock (_gate)
                if (!_closed && !_hosted.ContainsKey(hash)) _stages.Clear(hash);
            throw;
        }
        finally
        {
            lock (_gate) _staging.Remove(hash);
        }
    }

    private void Host(string hash, HostedPackage package)
    {
        _hosted[hash] = package;
        if (!_closed) return;
        Retire(package.Version!);
        throw Closed();
    }

    private void Retire(ModalityVersion version)
    {
        if (!_hosted.TryGetValue(version.Identity.Hash, out var package)) throw new InvalidOperationException($"The modality '{version.Name}' belongs to the model and stays.");
        package.State = HostedState.Draining;
        _draining.Add(version.Unloaded);
        version.Retire();
        _ = WatchAsync(version.Identity.Hash, package, version.Unloaded);
    }

    /// <summary>Follows a version until nothing of it is left.</summary>
    private async Task WatchAsync(string hash, HostedPackage package, Task unloaded)
    {
        await unloaded.WaitAsync(DrainLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!unloaded.IsCompleted) Leak(package);
        await unloaded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _draining.Remove(unloaded);
            package.Forget();
        }
        if (!await UnloadWatch.IsCollectedAsync(package.Context).ConfigureAwait(false)) Leak(package);
        while (package.Context.IsAlive) await Task.Delay(LeakPause).ConfigureAwait(false);   // forcing collections again would slow down everybody, and help nobody
        lock (_gate)
        {
            if (_hosted.GetValueOrDefault(hash) != package) return;
            _hosted.Remove(hash);
            if (!_closed && !_staging.ContainsKey(hash)) _stages.Clear(hash);
        }
    }

    private void Leak(HostedPackage package)
    {
        lock (_gate) package.State = HostedState.Leaked;
    }

    private static EngineUnavailableException Closed() => new("The engine is closed.");
}
