using OnePeace.Engine.Devices;
using OnePeace.Transformer;

namespace OnePeace.Engine.Residency;

/// <summary>
/// Which modalities' weights are on the device: at most a budget of bytes, loaded when asked for, several at once and beside serving;
/// what is idle and worth least makes room.
/// </summary>
/// <remarks>
/// All seats of one request are reserved in one step, in the order of the requests, so that two requests never wait for each other's; not
/// before they can be loaded at once, so that nothing leaves for what still waits.
/// Requests that need no more room (their seats are filled, or on their way) pass those that wait for some; they give way to one that has
/// waited for long where that frees what it needs. Thread-safe.
/// </remarks>
internal sealed class DeviceResidency : IDisposable
{
    private const double SlowestBytesPerSecond = 20e6;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250), FreePatience = TimeSpan.FromMinutes(1);

    private readonly ResidencyOptions _options;
    private readonly TimeProvider _time;
    private readonly ResidencyMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly HashSet<ModalitySeat> _taken = [];
    private readonly SemaphoreSlim _loads;
    private readonly TaskCompletionSource _refused = new();
    private long _uses;
    private int _loading;
    private long _emptied;
    private Task _freed = Task.CompletedTask;

    public DeviceResidency(ResidencyOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _metrics = new ResidencyMetrics(() => UsedBytes);
        _loads = new(Math.Max(1, options.ParallelLoads));
    }

    /// <summary>Bytes on the device or on their way there. What makes room is not among them: it is freed before what takes its place is loaded.</summary>
    public long UsedBytes
    {
        get { lock (_gate) return _taken.Sum(seat => seat.Bytes); }
    }

    /// <summary>Fills seats and keeps them filled until the result is disposed.</summary>
    /// <exception cref="NoRoomException">They can never be filled at one time.</exception>
    /// <exception cref="Exception">A load failed, or <see cref="Refuse"/> was told this.</exception>
    public async Task<Residents> AcquireAsync(IReadOnlyList<ModalitySeat> seats, CancellationToken cancellation)
    {
        seats = [.. seats.Distinct()];
        var waiter = Enter(seats);
        try
        {
            var filled = FillAsync(waiter);
            if (!filled.IsCompleted) await Task.WhenAny(filled, _refused.Task).WaitAsync(cancellation).ConfigureAwait(false);
            await (filled.IsCompleted ? filled : _refused.Task).ConfigureAwait(false);
            return new Residents(seats, Release);
        }
        catch
        {
            Leave(waiter);
            throw;
        }
    }

    /// <summary>Ends the waiting of everybody who waits, now and from now on. Loads under way end by themselves.</summary>
    public void Refuse(Exception reason)
    {
        if (_refused.TrySetException(reason)) _ = _refused.Task.Exception;   // seen, also where nobody waits
    }

    /// <summary>Empties a seat for good; nobody may hold it or ask for it any more. Completes when its weights are freed and nothing loads them any more.</summary>
    public async Task CloseAsync(ModalitySeat seat)
    {
        Task? loading;
        lock (_gate)
        {
            seat.IsClosed = true;
            seat.Forget();
            loading = seat.Loading;
            if (seat.Module is not null) Empty(seat);
            Admit();
        }
        if (loading is not null) await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task freed;
        lock (_gate) freed = _freed;
        await freed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _metrics.Dispose();

    private Waiter Enter(IReadOnlyList<ModalitySeat> seats)
    {
        lock (_gate)
        {
            var waiter = new Waiter(seats);
            _metrics.Asked(hit: seats.All(seat => seat.Module is not null));
            CheckRoom(seats);
            _waiting.AddLast(waiter);
            Admit();
            return waiter;
        }
    }

    private static async Task FillAsync(Waiter waiter) => await Task.WhenAll(await waiter.Reserved.Task.ConfigureAwait(false)).ConfigureAwait(false);

    private void CheckRoom(IReadOnlyList<ModalitySeat> seats)
    {
        if (_options.BudgetBytes <= 0) return;
        var needed = seats.Sum(seat => seat.Bytes) + _taken.Where(seat => IsPinned(seat) && !seats.Contains(seat)).Sum(seat => seat.Bytes);
        if (needed > _options.BudgetBytes) throw new NoRoomException(seats.Select(seat => seat.Name), needed, _options.BudgetBytes);
    }

    /// <summary>Lets in whoever waits, in order, as far as there is room.</summary>
    private void Admit()
    {
        while (_waiting.First is { Value: var waiter } && MayLoad(waiter.Seats) && MakeRoom(waiter))
        {
            _waiting.RemoveFirst();
            Reserve(waiter);
        }
        if (_waiting.First is { Next: not null } first) LetPass(first);
    }

    /// <summary>Lets in those behind the first that need no more room, unless they have to give way to it.</summary>
    private void LetPass(LinkedListNode<Waiter> first)
    {
        var wanted = first.Value.Seats;
        var giveWay = MayLoad(wanted) && first.Value.LacksRoomSince is { } since && _time.GetElapsedTime(since) > Patience
            && Missing(wanted) <= Evictable(wanted, seat => seat.Module is not null).Sum(seat => seat.Bytes);
        bool Holds(ModalitySeat seat) => !IsPinned(seat) && !wanted.Contains(seat);
        for (var node = first.Next; node is not null;)
        {
            var (waiting, next) = (node, node.Next);
            node = next;
            if (!waiting.Value.Seats.All(_taken.Contains) || (giveWay && waiting.Value.Seats.Any(Holds))) continue;
            _waiting.Remove(waiting);
            Reserve(waiting.Value);
        }
    }

    /// <summary>Whether its loads could begin now. More seats than that at once wait until nothing else is loaded.</summary>
    private bool MayLoad(IReadOnlyList<ModalitySeat> seats) =>
        _loading == 0 || seats.Count(seat => !_taken.Contains(seat)) is var loads && (loads == 0 || _loading + loads <= _options.ParallelLoads);

    /// <summary>Evicts what is idle and worth least; nothing where that would not be enough.</summary>
    private bool MakeRoom(Waiter waiter)
    {
        if (_options.BudgetBytes <= 0) return true;
        var missing = Missing(waiter.Seats);
        if (missing <= 0) return true;
        var idle = Evictable(waiter.Seats, seat => seat.IsIdle).OrderBy(seat => seat.Value.Priority(_uses)).ToList();
        if (missing > idle.Sum(seat => seat.Bytes))
        {
            waiter.LacksRoomSince ??= _time.GetTimestamp();
            return false;
        }
        foreach (var seat in idle.TakeWhile(_ => missing > 0))
        {
            missing -= seat.Bytes;
            Empty(seat);
            _metrics.Evicted(seat.Name);
        }
        return true;
    }

    /// <summary>Bytes by which the budget would be passed.</summary>
    private long Missing(IReadOnlyList<ModalitySeat> seats) =>
        _taken.Sum(seat => seat.Bytes) + seats.Where(seat => !_taken.Contains(seat)).Sum(seat => seat.Bytes) - _options.BudgetBytes;

    private IEnumerable<ModalitySeat> Evictable(IReadOnlyList<ModalitySeat> seats, Func<ModalitySeat, bool> when) =>
        _taken.Where(seat => when(seat) && !IsPinned(seat) && !seats.Contains(seat));

    private bool IsPinned(ModalitySeat seat) => _options.Pinned.Contains(seat.Name);

    private void Reserve(Waiter waiter)
    {
        waiter.IsReserved = true;
        foreach (var seat in waiter.Seats)
        {
            seat.Holders++;
            seat.Value.Used(++_uses);
            if (!_taken.Add(seat)) continue;
            _loading++;
            var room = _freed;
            seat.Loading = Task.Run(() => LoadAsync(seat, room));   // never inside the gate: it comes back in when it ends
        }
        waiter.Reserved.SetResult([.. waiter.Seats.Select(seat => seat.Loading!)]);
    }

    private async Task LoadAsync(ModalitySeat seat, Task room)
    {
        ModalityModule? module = null;
        try
        {
            await room.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            module = await LoadInTurnAsync(seat).ConfigureAwait(false);
        }
        finally
        {
            Loaded(seat, module);
        }
    }

    private async Task<ModalityModule> LoadInTurnAsync(ModalitySeat seat)
    {
        await _loads.WaitAsync().ConfigureAwait(false);
        try
        {
            if (seat.IsBusy) throw new AbandonedException($"The plugin of '{seat.Name}' has not returned yet from an earlier load: restart the server, or take the modality out.");
            var start = _time.GetTimestamp();
            var limit = _options.LoadPatience + TimeSpan.FromSeconds(seat.Bytes / SlowestBytesPerSecond);
            var module = await LoaderThread.RunAsync($"load {seat.Name}", () => Load(seat), limit).ConfigureAwait(false);
            var duration = _time.GetElapsedTime(start);
            lock (_gate) seat.Value.Loaded(duration);
            _metrics.Loaded(seat.Name, duration);
            return module;
        }
        finally
        {
            _loads.Release();
        }
    }

    /// <param name="seat">Its load has ended.</param>
    /// <param name="module">Null where it failed.</param>
    private void Loaded(ModalitySeat seat, ModalityModule? module)
    {
        lock (_gate)
        {
            _loading--;
            seat.Module = module;
            if (module is null) _taken.Remove(seat);
            else if (seat.IsClosed) Empty(seat);
            Admit();
        }
    }

    /// <summary>On a loader's thread. What was evicted is filled again or, now and then, given back.</summary>
    private ModalityModule Load(ModalitySeat seat)
    {
        var module = seat.Load();
        if (Interlocked.Read(ref _emptied) <= _options.BudgetBytes / 4) return module;
        Interlocked.Exchange(ref _emptied, 0);
        NativeAllocator.GiveBackFreedMemory();
        return module;
    }

    /// <summary>Inside the gate; the module is freed outside of it.</summary>
    private void Empty(ModalitySeat seat)
    {
        _taken.Remove(seat);
        Interlocked.Add(ref _emptied, seat.Bytes);
        _freed = FreeAsync(_freed, seat.Name, seat.Module!);
        seat.Module = null;
        seat.Loading = null;
    }

    /// <summary>One after the other. A module is the plugin's code too, which may throw or not return.</summary>
    private static async Task FreeAsync(Task before, string name, ModalityModule module)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await LoaderThread.RunAsync($"free {name}", () =>
        {
            module.Dispose();
            return true;
        }, FreePatience).ConfigureAwait(false);
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

    private sealed class Waiter(IReadOnlyList<ModalitySeat> seats)
    {
        public IReadOnlyList<ModalitySeat> Seats { get; } = seats;

        /// <summary>When it first stood at the head of the line and found no room.</summary>
        public long? LacksRoomSince { get; set; }

        public bool IsReserved { get; set; }

        /// <summary>Completes with the loads to wait for.</summary>
        public TaskCompletionSource<Task[]> Reserved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
