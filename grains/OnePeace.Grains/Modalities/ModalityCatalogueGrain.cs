using Microsoft.Extensions.Logging;
using OnePeace.Contracts.Modalities;
using Orleans.Concurrency;

namespace OnePeace.Grains.Modalities;

/// <summary>Names of a core's package modalities, durable.</summary>
[GenerateSerializer, Alias("onepeace.modality-names")]
public sealed record ModalityNames
{
    [Id(0)] public IReadOnlyList<string> All { get; init; } = [];
}

/// <summary>What there is: names in storage; replicas and the last events in memory.</summary>
[Reentrant]
public sealed class ModalityCatalogueGrain(
    [PersistentState("names", ModalityStorage.Name)] IPersistentState<ModalityNames> stored, TimeProvider time, ILogger<ModalityCatalogueGrain> log) : Grain, IModalityCatalogueGrain
{
    private const int MostEvents = 256;
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, (IReplicaObserver Observer, DateTimeOffset Seen)> _replicas = new(StringComparer.Ordinal);
    private readonly Queue<ModalityEvent> _events = [];
    private readonly DurableState<ModalityNames> _names = new(stored);
    private readonly SemaphoreSlim _gate = new(1);
    private long _number;

    public Task<IReadOnlyList<string>> NamesAsync() => Task.FromResult(_names.Current.All);

    public Task EnterAsync(string name) => ChangeAsync(names => names.Contains(name) ? names : [.. names, name]);

    public Task LeaveAsync(string name) => ChangeAsync(names => names.Contains(name) ? [.. names.Where(n => n != name)] : names);

    public Task JoinAsync(string replica, IReplicaObserver observer)
    {
        _replicas[replica] = (observer, time.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ReplicasAsync()
    {
        var now = time.GetUtcNow();
        foreach (var gone in _replicas.Where(r => now - r.Value.Seen > Expiry).Select(r => r.Key).ToList()) _replicas.Remove(gone);
        return Task.FromResult<IReadOnlyList<string>>([.. _replicas.Keys]);
    }

    public async Task AnnounceAsync(string name)
    {
        foreach (var (replica, (observer, _)) in _replicas.ToList())
        {
            try
            {
                await observer.ChangedAsync(name);
            }
            catch (Exception e)
            {
                log.LogDebug(e, "The replica {Replica} was not told of {Name}; it asks by itself within seconds", replica, name);
            }
        }
    }

    public Task RecordAsync(ModalityEvent happened)
    {
        _events.Enqueue(happened with { Number = ++_number });
        if (_events.Count > MostEvents) _events.Dequeue();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ModalityEvent>> EventsAsync(long after) => Task.FromResult<IReadOnlyList<ModalityEvent>>([.. _events.Where(e => e.Number > after)]);

    private async Task ChangeAsync(Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        await _gate.WaitAsync();
        try
        {
            await _names.UpdateAsync(names => change(names.All) is var changed && ReferenceEquals(changed, names.All) ? names : new ModalityNames { All = changed });
        }
        finally
        {
            _gate.Release();
        }
    }
}
