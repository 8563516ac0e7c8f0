namespace OnePeace.Engine.Serving;

/// <summary>Slots that tenants take in turn; of one tenant's callers whoever came first. Thread-safe.</summary>
internal sealed class TenantTurns(int slots)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _turns = [];
    private int _free = slots;

    /// <summary>Takes a slot; whoever has one gives it back with <see cref="Release"/>.</summary>
    public async Task WaitAsync(string tenant, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Enter(tenant) is not { } place) return;
        using var leaving = cancellation.UnsafeRegister(_ => Leave(tenant, place, cancellation), null);
        await place.Value.Task.ConfigureAwait(false);
    }

    public void Release()
    {
        lock (_gate)
        {
            if (_turns.First is not { } turn)
            {
                _free++;
                return;
            }
            var (tenant, callers) = (turn.Value, _waiting[turn.Value]);
            _turns.Remove(turn);
            callers.First!.Value.SetResult();
            callers.RemoveFirst();
            if (callers.Count > 0) _turns.AddLast(turn);
            else _waiting.Remove(tenant);
        }
    }

    /// <returns>Where the caller waits; null where it has a slot.</returns>
    private LinkedListNode<TaskCompletionSource>? Enter(string tenant)
    {
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return null;
            }
            if (!_waiting.TryGetValue(tenant, out var callers))
            {
                _waiting[tenant] = callers = [];
                _turns.AddLast(tenant);
            }
            return callers.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    private void Leave(string tenant, LinkedListNode<TaskCompletionSource> place, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (place.List is not { } callers) return;   // it has a slot
            callers.Remove(place);
            if (callers.Count == 0)
            {
                _waiting.Remove(tenant);
                _turns.Remove(tenant);
            }
        }
        place.Value.SetCanceled(cancellation);
    }
}
