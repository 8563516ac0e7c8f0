using OnePeace.Engine.Serving;

namespace OnePeace.Engine.Tests.Serving;

public sealed class TenantTurnsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly TenantTurns _turns = new(1);

    [Fact]
    public async Task A_quiet_tenant_does_not_wait_for_all_of_a_busy_neighbours_inputs()
    {
        await _turns.WaitAsync("busy", default);
        var busy = Enumerable.Range(0, 50).Select(_ => _turns.WaitAsync("busy", default)).ToArray();
        var quiet = _turns.WaitAsync("quiet", default);
        _turns.Release();
        await busy[0].WaitAsync(Soon);
        Assert.False(quiet.IsCompleted);
        _turns.Release();
        await quiet.WaitAsync(Soon);
        Assert.False(busy[1].IsCompleted);
    }

    [Fact]
    public async Task Whoever_leaves_while_it_waits_is_passed_and_takes_no_slot()
    {
        using var leave = new CancellationTokenSource();
        await _turns.WaitAsync("a", default);
        var (left, next) = (_turns.WaitAsync("a", leave.Token), _turns.WaitAsync("b", default));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _turns.Release();
        await next.WaitAsync(Soon);
        _turns.Release();
        await _turns.WaitAsync("c", default).WaitAsync(Soon);
    }
}
