using OnePeace.Contracts.Runs;
using OnePeace.Grains.Modalities;
using Orleans.Concurrency;

namespace OnePeace.Grains.Runs;

/// <summary>Ids of a core's runs, durable.</summary>
[GenerateSerializer, Alias("onepeace.run-ids")]
public sealed record RunIds
{
    [Id(0)] public IReadOnlyList<string> All { get; init; } = [];

    [Id(1)] public IReadOnlyList<string> Open { get; init; } = [];

    [Id(2)] public IReadOnlyList<string> Deleted { get; init; } = [];
}

/// <summary>Which runs there are, and which of them workers should look at.</summary>
[Reentrant]
public sealed class RunCatalogueGrain([PersistentState("runs", ModalityStorage.Name)] IPersistentState<RunIds> stored, TimeProvider time) : Grain, IRunCatalogueGrain
{
    private const int MostDeleted = 1000;

    private readonly DurableState<RunIds> _ids = new(stored);
    private readonly SemaphoreSlim _gate = new(1);
    private DateTimeOffset? _attended;

    public Task<IReadOnlyList<string>> IdsAsync() => Task.FromResult(_ids.Current.All);

    public Task<IReadOnlyList<string>> OpenAsync() => Task.FromResult(_ids.Current.Open);

    public Task<IReadOnlyList<string>> DeletedAsync() => Task.FromResult(_ids.Current.Deleted);

    public async Task<bool> EnterAsync(string id, bool isOpen)
    {
        await ChangeAsync(ids => ids.All.Contains(id)
            ? ids.Open.Contains(id) == isOpen ? ids : ids with { Open = isOpen ? [.. ids.Open, id] : [.. ids.Open.Where(open => open != id)] }
            : ids.All.Count >= RunLimits.MostRuns ? ids : ids with { All = [.. ids.All, id], Open = isOpen ? [.. ids.Open, id] : ids.Open });
        return _ids.Current.All.Contains(id);
    }

    public Task DeleteAsync(string id) => ChangeAsync(ids => ids.Deleted.Contains(id) && !ids.All.Contains(id) ? ids : new RunIds
    {
        All = [.. ids.All.Where(other => other != id)],
        Open = [.. ids.Open.Where(other => other != id)],
        Deleted = [.. ids.Deleted.Where(other => other != id).Append(id).TakeLast(MostDeleted)],
    });

    public Task DropAsync(string id) => ChangeAsync(ids => !ids.All.Contains(id) ? ids : ids with { All = [.. ids.All.Where(other => other != id)], Open = [.. ids.Open.Where(other => other != id)] });

    public Task AttendAsync()
    {
        _attended = time.GetUtcNow();
        return Task.CompletedTask;
    }

    public Task<bool> IsAttendedAsync() => Task.FromResult(time.GetUtcNow() - _attended < RunLimits.Lease);

    private async Task ChangeAsync(Func<RunIds, RunIds> change)
    {
        await _gate.WaitAsync();
        try
        {
            await _ids.UpdateAsync(change);
        }
        finally
        {
            _gate.Release();
        }
    }
}
