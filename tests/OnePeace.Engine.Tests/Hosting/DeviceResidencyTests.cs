using OnePeace.Engine.Residency;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Transformer;

namespace OnePeace.Engine.Tests.Hosting;

public sealed class DeviceResidencyTests
{
    private readonly List<string> _loads = [];

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

    private static DeviceResidency Create(long budget, params string[] pinned) => new(new ResidencyOptions { BudgetBytes = budget, Pinned = pinned }, TimeProvider.System);

    private static async Task UseAsync(DeviceResidency residency, ModalitySeat seat) => (await residency.AcquireAsync([seat], default)).Dispose();

    private static ModalityModule Module() => new(new WordModality(), TestEngines.Shape, new());

    private ModalitySeat Seat(string name) => new(name, 100, () =>
    {
        lock (_loads) _loads.Add(name);
        return Module();
    });
}
