using OnePeace.Engine.Devices;

namespace OnePeace.Engine.Residency;

/// <summary>
/// Which modalities' weights are on the device: at most a budget of bytes, loaded when asked for, several at once and beside serving;
/// what is idle and worth least makes room.
/// </summary>
/// <remarks>
/// All seats of one request are reserved in one step, in the order of the requests, so that two requests never wait for each other's.
/// Requests whose seats are filled pass those that wait, but not one that has waited for long. Thread-safe.
/// </remarks>
internal sealed class DeviceResidency : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly ResidencyOptions _options;
    private readonly TimeProvider _time;
    private readonly ResidencyMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly HashSet<ModalitySeat> _taken = [];
    private readonly SemaphoreSlim _loads;
    private double _age;

    public DeviceResidency(ResidencyOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _metrics = new ResidencyMetrics(() => UsedBytes);
        _loads = new(Math.Max(1, options.ParallelLoads));
    }

    /// <summary>Bytes on the device or on their way there.</summary>
    public long UsedBytes
    {
        get { lock (_gate) return _taken.Sum(seat => seat.Bytes); }
    }

    /// <summary>Fills seats and keeps them filled until the result is disposed.</summary>
    /// <exception cref="NoRoomException">They can never be filled at one _time.</exception>
    public async Task<Residents> AcquireAsync(IReadOnlyList<ModalitySeat> seats, CancellationToken cancellation)
    {
        seats = [.. seats.Distinct()];
        var waiter = Enter(seats);
        try
        {
            var loads = await waiter.Reserved.Task.WaitAsync(cancellation).ConfigureAwait(false);
            await Task.WhenAll(loads).WaitAsync(cancellation).ConfigureAwait(false);
            return new Residents(seats, Release);
        }
        catch
        {
            Leave(waiter);
            throw;
        }
    }

    /// <summary>Empties a seat for good; nobody may hold it or ask for it any more.</summary>
    public void Close(ModalitySeat seat)
    {
        lock (_gate)
        {
            seat.IsClosed = true;
            seat.Forget();
            if (seat.Module is not null) Empty(seat);
            Admit();
        }
    }

    public void Dispose() => _metrics.Dispose();

    private Waiter Enter(IReadOnlyList<ModalitySeat> seats)
    {
        lock (_gate)
        {
            var waiter = new Waiter(seats, _time.GetTimestamp());
            var filled = seats.All(seat => seat.Module is not null);
            _metrics.Asked(filled);
            if (filled && !SomebodyWaitsForLong()) waiter.Reserved.SetResult(Reserve(waiter));
            else
            {
                CheckRoom(seats);
                _waiting.AddLast(waiter);
                Admit();
            }
            return waiter;
        }
    }

    private bool SomebodyWaitsForLong() => _waiting.First is { } first && _time.GetElapsedTime(first.Value.Since) > Patience;

    private void CheckRoom(IReadOnlyList<ModalitySeat> seats)
    {
        if (_options.BudgetBytes <= 0) return;
        var needed = seats.Sum(seat => seat.Bytes) + _taken.Where(seat => IsPinned(seat) && !seats.Contains(seat)).Sum(seat => seat.Bytes);
        if (needed > _options.BudgetBytes) throw new NoRoomException(seats.Select(seat => seat.Name), needed, _options.BudgetBytes);
    }

    /// <summary>Lets in whoever waits, in order, as far as there is room.</summary>
    private void Admit()
    {
        while (_waiting.First is { Value: var waiter } && MakeRoom(waiter.Seats))
        {
            _waiting.RemoveFirst();
            waiter.Reserved.SetResult(Reserve(waiter));
        }
    }

    /// <summary>Evicts what is idle and worth least; nothing where that would not be enough.</summary>
    private bool MakeRoom(IReadOnlyList<ModalitySeat> seats)
    {
        if (_options.BudgetBytes <= 0) return true;
        var missing = _taken.Sum(seat => seat.Bytes) + seats.Where(seat => !_taken.Contains(seat)).Sum(seat => seat.Bytes) - _options.BudgetBytes;
        var idle = _taken.Where(seat => seat.IsIdle && !IsPinned(seat) && !seats.Contains(seat)).OrderBy(seat => seat.Value.Priority).ToList();
        if (missing > idle.Sum(seat => seat.Bytes)) return false;
        foreach (var seat in idle.TakeWhile(_ => missing > 0))
        {
            missing -= seat.Bytes;
            _age = seat.Value.Priority;
            Empty(seat);
            _metrics.Evicted(seat.Name);
        }
        return true;
    }

    private bool IsPinned(ModalitySeat seat) => _options.Pinned.Contains(seat.Name);

    private Task[] Reserve(Waiter waiter)
    {
        waiter.IsReserved = true;
        foreach (var seat in waiter.Seats)
        {
            seat.Holders++;
            seat.Value.Used(_age);
            if (_taken.Add(seat)) seat.Loading = Task.Run(() => LoadAsync(seat));   // never inside the gate: it comes back in when it ends
        }
        return [.. waiter.Seats.Select(seat => seat.Loading!)];
    }

    private async Task LoadAsync(ModalitySeat seat)
    {
        await _loads.WaitAsync().ConfigureAwait(false);
        try
        {
            var start = _time.GetTimestamp();
            var module = await LoaderThread.RunAsync($"load {seat.Name}", seat.Load).ConfigureAwait(false);
            var duration = _time.GetElapsedTime(start);
            _metrics.Loaded(seat.Name, duration);
            lock (_gate)
            {
                seat.Module = module;
                seat.Value.Loaded(duration);
                if (seat.IsClosed) Empty(seat);
                Admit();
            }
        }
        catch
        {
            lock (_gate)
            {
                _taken.Remove(seat);
                Admit();
            }
            throw;
        }
        finally
        {
            _loads.Release();
        }
    }

    private void Empty(ModalitySeat seat)
    {
        _taken.Remove(seat);
        seat.Value.Evicted();
        seat.Module!.Dispose();
        seat.Module = null;
        seat.Loading = null;
    }

    private void Leave(Waiter waiter)
    {
        lock (_gate)
        {
            if (waiter.IsReserved) Release(waiter.Seats);
            else _waiting.Remove(waiter);
            Admit();
        }
    }

    private void Release(IReadOnlyList<ModalitySeat> seats)
    {
        lock (_gate)
        {
            foreach (var seat in seats) seat.Holders--;
            Admit();
        }
    }

    private sealed class Waiter(IReadOnlyList<ModalitySeat> seats, long since)
    {
        public IReadOnlyList<ModalitySeat> Seats { get; } = seats;

        public long Since { get; } = since;

        public bool IsReserved { get; set; }

        /// <summary>Completes with the loads to wait for.</summary>
        public TaskCompletionSource<Task[]> Reserved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
