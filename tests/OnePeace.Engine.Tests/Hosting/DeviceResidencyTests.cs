using OnePeace.Engine.Devices;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Tests.Batching;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Transformer;

namespace OnePeace.Engine.Tests.Hosting;

public sealed class DeviceResidencyTests : IDisposable
{
    private readonly List<string> _loads = [];
    private readonly List<ModalityModule> _modules = [];

    [Fact]
    public async Task A_seat_is_loaded_once_while_there_is_room()
    {
        using var residency = Create(budget: 0);
        var seat = Seat("a");
        for (var i = 0; i < 3; i++) (await residency.AcquireAsync([seat], default)).Dispose();
        Assert.Equal(["a"], _loads);
        Assert.Equal(100, residency.UsedBytes);
    }

    [Fact]
    public async Task What_is_idle_and_used_least_makes_room()
    {
        using var residency = Create(budget: 200);
        ModalitySeat often = Seat("often"), seldom = Seat("seldom"), fresh = Seat("fresh");
        for (var i = 0; i < 5; i++) await UseAsync(residency, often);
        await UseAsync(residency, seldom);
        await UseAsync(residency, fresh);
        Assert.NotNull(often.Module);
        Assert.Null(seldom.Module);
        Assert.NotNull(fresh.Module);
        Assert.Equal(200, residency.UsedBytes);
    }

    [Fact]
    public async Task What_is_held_or_pinned_stays_and_the_next_waits_for_it()
    {
        using var residency = Create(budget: 200, "pinned");
        await UseAsync(residency, Seat("pinned"));
        var held = await residency.AcquireAsync([Seat("held")], default);
        var waiting = residency.AcquireAsync([Seat("next")], default);
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        (await waiting).Dispose();
        Assert.Equal(["pinned", "held", "next"], _loads);
    }

    [Fact]
    public async Task What_never_fits_is_refused_at_once()
    {
        using var residency = Create(budget: 150, "pinned");
        await Assert.ThrowsAsync<NoRoomException>(() => residency.AcquireAsync([Seat("a"), Seat("b")], default));
        await UseAsync(residency, Seat("pinned"));
        await Assert.ThrowsAsync<NoRoomException>(() => residency.AcquireAsync([Seat("c")], default));
    }

    [Fact]
    public async Task Whoever_leaves_the_line_stands_in_nobodys_way()
    {
        using var residency = Create(budget: 100);
        var held = await residency.AcquireAsync([Seat("held")], default);
        using var leave = new CancellationTokenSource();
        var left = residency.AcquireAsync([Seat("left")], leave.Token);
        var next = residency.AcquireAsync([Seat("next")], default);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        held.Dispose();
        (await next).Dispose();
        Assert.Equal(["held", "next"], _loads);
    }

    [Fact]
    public async Task A_load_that_fails_gives_its_room_back_and_is_tried_again()
    {
        using var residency = Create(budget: 100);
        var fails = true;
        var seat = new ModalitySeat("a", 100, () => fails ? throw new InvalidDataException("damaged") : Module());
        await Assert.ThrowsAsync<InvalidDataException>(() => residency.AcquireAsync([seat], default));
        Assert.Equal(0, residency.UsedBytes);
        fails = false;
        await UseAsync(residency, seat);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task As_many_are_loaded_at_once_as_the_options_say(int parallel)
    {
        using var residency = new DeviceResidency(new ResidencyOptions { ParallelLoads = parallel }, TimeProvider.System);
        using var go = new SemaphoreSlim(0);
        ModalitySeat[] seats = [.. Enumerable.Range(0, 5).Select(i => Slow($"{i}", go))];
        var loads = seats.Select(seat => residency.AcquireAsync([seat], default)).ToArray();
        for (var done = 0; done < seats.Length; done++)
        {
            var begun = Math.Min(done + parallel, seats.Length);
            await TestEngines.UntilAsync(() => Begun() == begun);
            await Task.Delay(30);
            Assert.Equal(begun, Begun());
            go.Release();
            await TestEngines.UntilAsync(() => loads.Count(load => load.IsCompleted) == done + 1);
        }
    }

    [Fact]
    public async Task Nothing_leaves_for_what_cannot_be_loaded_yet()
    {
        using var residency = new DeviceResidency(new ResidencyOptions { BudgetBytes = 300, ParallelLoads = 1 }, TimeProvider.System);
        using var go = new SemaphoreSlim(0);
        ModalitySeat[] seats = [Seat("a"), Seat("b"), Seat("c")];
        foreach (var seat in seats) await UseAsync(residency, seat);
        var loads = new[] { Slow("d", go), Slow("e", go) }.Select(seat => residency.AcquireAsync([seat], default)).ToArray();
        Assert.Equal(2, seats.Count(seat => seat.Module is not null));
        go.Release(2);
        foreach (var load in loads) (await load).Dispose();
        Assert.Single(seats, seat => seat.Module is not null);
    }

    [Fact]
    public async Task What_is_asked_for_often_stays_where_others_are_asked_for_now_and_then()
    {
        using var residency = new DeviceResidency(new ResidencyOptions { BudgetBytes = 800 }, new StoppedTime());   // all loads take as long
        ModalitySeat[] seats = [.. Enumerable.Range(0, 40).Select(i => Seat($"{i}"))];
        var shares = seats.Select((_, i) => 1.0 / (i + 1)).ToArray();   // Zipf's law: the 8 most popular have 63.5 % of the requests
        var random = new Random(1);
        for (var i = 0; i < 4000; i++)
        {
            var left = random.NextDouble() * shares.Sum();
            await UseAsync(residency, seats[Array.FindIndex(shares, share => (left -= share) < 0) is >= 0 and var drawn ? drawn : 39]);
        }
        Assert.InRange(_loads.Count, 0.365 * 4000, 0.45 * 4000);   // "least recently used leaves" loads for 52 %
    }

    [Fact]
    public async Task Nobody_is_held_back_for_one_whom_it_does_not_help()
    {
        using var residency = Create(budget: 300);
        using var go = new SemaphoreSlim(0);
        ModalitySeat busy = Seat("busy"), loading = Slow("loading", go, bytes: 200);
        await UseAsync(residency, busy);
        var first = residency.AcquireAsync([loading], default);
        var second = residency.AcquireAsync([new ModalitySeat("large", 300, Module)], default);
        await Task.Delay(400);   // longer than anybody is asked to wait for
        await UseAsync(residency, busy).WaitAsync(TimeSpan.FromSeconds(5));
        var joined = residency.AcquireAsync([loading], default);
        Assert.False(second.IsCompleted);
        go.Release();
        (await first).Dispose();
        (await joined).Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task One_that_has_waited_for_long_gets_the_room_although_others_never_stop_to_use_it()
    {
        using var residency = new DeviceResidency(new ResidencyOptions { BudgetBytes = 100 }, TimeProvider.System);
        var busy = Seat("busy");
        using var stop = new CancellationTokenSource();
        var users = Enumerable.Range(0, 8).Select(i => UseUntilAsync(residency, busy, i, stop.Token)).ToArray();
        await TestEngines.UntilAsync(() => busy.Module is not null);
        (await residency.AcquireAsync([Seat("next")], default).WaitAsync(TimeSpan.FromSeconds(5))).Dispose();
        await stop.CancelAsync();
        await Task.WhenAll(users);
    }

    [Fact]
    public async Task What_is_pinned_is_never_held_back()
    {
        using var residency = Create(budget: 200, "pinned");
        var pinned = Seat("pinned");
        await UseAsync(residency, pinned);
        var held = await residency.AcquireAsync([Seat("held")], default);
        var waiting = residency.AcquireAsync([Seat("next")], default);
        await Task.Delay(400);
        await UseAsync(residency, pinned).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_seat_that_is_closed_while_it_is_filled_is_empty_in_the_end_and_takes_no_room()
    {
        using var residency = Create(budget: 100);
        using var go = new SemaphoreSlim(0);
        var seat = Slow("a", go);
        using var leave = new CancellationTokenSource();
        var left = residency.AcquireAsync([seat], leave.Token);
        await TestEngines.UntilAsync(() => Begun() == 1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var closing = residency.CloseAsync(seat);
        Assert.Equal(100, residency.UsedBytes);
        Assert.False(closing.IsCompleted);
        go.Release();
        await closing;
        Assert.Equal(0, residency.UsedBytes);
        Assert.Null(seat.Module);
    }

    [Fact]
    public async Task A_load_that_does_not_return_fails_and_keeps_nobody_else_from_loading()
    {
        using var residency = new DeviceResidency(new ResidencyOptions { BudgetBytes = 100, ParallelLoads = 1, LoadPatience = TimeSpan.FromMilliseconds(200) }, TimeProvider.System);
        using var go = new SemaphoreSlim(0);
        var stuck = Slow("stuck", go);
        for (var i = 0; i < 2; i++)   // the second time it is not even begun
            await Assert.ThrowsAsync<AbandonedException>(() => residency.AcquireAsync([stuck], default)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Begun());
        await UseAsync(residency, new ModalitySeat("next", 100, Module)).WaitAsync(TimeSpan.FromSeconds(10));
        go.Release(2);
        await TestEngines.UntilAsync(() => !stuck.IsBusy);
        await UseAsync(residency, stuck);
        Assert.Equal(100, residency.UsedBytes);
    }

    [Fact]
    public async Task Freeing_holds_nobody_up_but_what_takes_its_place()
    {
        using var residency = Create(budget: 200);
        using var go = new ManualResetEventSlim();
        using var freeing = new ManualResetEventSlim();
        ModalitySeat leaves = new("leaves", 100, () => Module(() => { freeing.Set(); go.Wait(); })), stays = Seat("stays"), next = Seat("next");
        await UseAsync(residency, leaves);
        for (var i = 0; i < 3; i++) await UseAsync(residency, stays);
        var waiting = residency.AcquireAsync([next], default);
        Assert.True(freeing.Wait(TimeSpan.FromSeconds(10)));
        await Task.Run(() => UseAsync(residency, stays)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(200, residency.UsedBytes);
        Assert.Equal(["stays"], _loads);
        go.Set();
        (await waiting).Dispose();
        Assert.Equal(["stays", "next"], _loads);
    }

    [Fact]
    public async Task A_thousand_skewed_requests_for_forty_seats_under_a_budget_of_eight_never_pass_it()
    {
        using var residency = Create(budget: 800);
        ModalitySeat[] seats = [.. Enumerable.Range(0, 40).Select(i => Seat($"{i}"))];
        var random = new Random(1);
        int[][] wanted = [.. Enumerable.Range(0, 1000).Select(_ => Enumerable.Range(0, random.Next(1, 4)).Select(_ => (int)(40 * Math.Pow(random.NextDouble(), 3))).Distinct().ToArray())];
        await Parallel.ForEachAsync(wanted, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (indices, cancellation) =>
        {
            using var residents = await residency.AcquireAsync([.. indices.Select(i => seats[i])], cancellation);
            Assert.All(indices, i => Assert.NotNull(seats[i].Module));
            Assert.InRange(residency.UsedBytes, 0, 800);
        });
        var asked = wanted.Sum(indices => indices.Length);
        Assert.InRange(_loads.Count, 40 - 8, (int)(0.75 * asked));
    }

    public void Dispose()
    {
        foreach (var module in _modules) module.Dispose();   // once more where it was evicted, which does nothing
    }

    /// <summary>A clock that stands still: all loads take alike, so that what is evicted follows from uses alone.</summary>
    private static DeviceResidency Create(long budget, params string[] pinned) => new(new ResidencyOptions { BudgetBytes = budget, Pinned = pinned }, new FakeClock());

    private static async Task UseAsync(DeviceResidency residency, ModalitySeat seat) => (await residency.AcquireAsync([seat], default)).Dispose();

    private ModalityModule Module() => Module(null);

    private ModalityModule Module(Action? free)
    {
        var module = new ModalityModule(new WordModality { OnFree = free }, TestEngines.Shape, new());
        lock (_modules) _modules.Add(module);
        return module;
    }

    /// <summary>With the others there is always somebody who holds the seat.</summary>
    private static async Task UseUntilAsync(DeviceResidency residency, ModalitySeat seat, int user, CancellationToken stop)
    {
        await Task.Delay(5 * user, CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            using var residents = await residency.AcquireAsync([seat], CancellationToken.None);
            await Task.Delay(40, CancellationToken.None);
        }
    }

    private int Begun()
    {
        lock (_loads) return _loads.Count;
    }

    /// <summary>A seat each of whose loads waits to be let go.</summary>
    private ModalitySeat Slow(string name, SemaphoreSlim go, long bytes = 100) => new(name, bytes, () =>
    {
        lock (_loads) _loads.Add(name);
        go.Wait();
        return Module();
    });

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    private ModalitySeat Seat(string name) => new(name, 100, () =>
    {
        lock (_loads) _loads.Add(name);
        return Module();
    });
}
