using OnePeace.Engine.Residency;

namespace OnePeace.Engine.Tests.Residency;

public sealed class EvictionValueTests
{
    [Fact]
    public void What_is_used_often_is_worth_more_than_what_was_used_last()
    {
        EvictionValue often = new(1000), last = new(1000);
        for (var now = 1; now <= 10; now++) often.Used(now);
        last.Used(11);
        Assert.True(often.Priority(11) > last.Priority(11));
    }

    [Fact]
    public void What_is_not_used_any_more_falls_behind()
    {
        EvictionValue once = new(1000), now = new(1000);
        for (var use = 1; use <= 10; use++) once.Used(use);
        for (var use = 0; use < 3; use++) now.Used(1000);
        Assert.True(now.Priority(1000) > once.Priority(1000));
    }

    [Fact]
    public void What_takes_long_to_load_is_worth_more_a_byte_and_one_slow_load_does_not_count()
    {
        EvictionValue slow = new(1000), fast = new(1000), large = new(100_000);
        foreach (var value in new[] { slow, fast, large }) value.Used(1);
        slow.Loaded(TimeSpan.FromSeconds(2));
        large.Loaded(TimeSpan.FromSeconds(2));
        fast.Loaded(TimeSpan.FromSeconds(1));
        fast.Loaded(TimeSpan.FromSeconds(30));
        Assert.True(slow.Priority(1) > fast.Priority(1));   // 2 against 1.25
        Assert.True(fast.Priority(1) > large.Priority(1));
    }
}
