using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>How long a queue will last, learnt from batches of other sizes.</summary>
public sealed class DrainRateTests
{
    private static readonly BatchLimits Limits = new() { EfficientBatchTokens = 1_000, LongestWait = TimeSpan.FromSeconds(10) };

    private readonly DrainRate _rate = new(Limits);

    [Fact]
    public void What_a_batch_costs_besides_its_tokens_is_told_apart_from_what_they_cost()
    {
        Learn(_rate);
        Assert.Equal(0.110, _rate.TimeFor(new(30, 1_000)).TotalSeconds, tolerance: 0.002);   // one batch, not thirty small ones
        Assert.Equal(1.10, _rate.TimeFor(new(300, 10_000)).TotalSeconds, tolerance: 0.02);
    }

    [Fact]
    public void A_batch_holds_no_more_items_than_it_may()
    {
        var alone = new DrainRate(Limits with { MaxBatchItems = 1 });
        Learn(alone);
        Assert.Equal(3.5, alone.TimeFor(new(100, 25_000)).TotalSeconds, tolerance: 0.05);   // a hundred times 10 ms, and 0.1 ms a token
    }

    [Fact]
    public void Batches_that_are_all_alike_are_taken_for_the_only_size_there_is()
    {
        for (var i = 0; i < 32; i++) _rate.Record(100, TimeSpan.FromSeconds(1));
        Assert.Equal(5, _rate.TimeFor(new(5, 500)).TotalSeconds, tolerance: 1e-6);
        Assert.Null(_rate.Wait(new(10, 1_000)));
        Assert.Equal(1, _rate.Wait(new(11, 1_100))!.Value.TotalSeconds, tolerance: 1e-6);
    }

    [Fact]
    public void Weights_that_are_laid_out_at_first_and_a_moment_without_a_processor_change_little()
    {
        _rate.Record(30, TimeSpan.FromSeconds(8));
        for (var i = 0; i < 31; i++) _rate.Record(30, TimeSpan.FromSeconds(0.3));
        Assert.InRange(_rate.TimeFor(new(100, 3_000)).TotalSeconds, 30, 39);
        _rate.Record(30, TimeSpan.FromSeconds(20));
        Assert.InRange(_rate.TimeFor(new(100, 3_000)).TotalSeconds, 30, 52);
    }

    [Fact]
    public void Noise_makes_no_token_free()
    {
        for (var i = 0; i < 50; i++) _rate.Record(100 + (i % 2), TimeSpan.FromSeconds(i % 2 == 0 ? 1 : 0.5));   // the larger ones were quicker
        Assert.InRange(_rate.TimeFor(new(10, 1_000)).TotalSeconds, 1_000 * 0.25 * 0.0075, 10);
    }

    [Fact]
    public void Slots_share_the_work()
    {
        var two = new DrainRate(Limits with { Consumers = 2 });
        for (var i = 0; i < 8; i++) two.Record(100, TimeSpan.FromSeconds(1));
        Assert.Equal(2.5, two.TimeFor(new(5, 500)).TotalSeconds, tolerance: 1e-6);
    }

    [Fact]
    public void Limits_that_leave_no_room_still_give_a_budget()
    {
        var narrow = new DrainRate(Limits with { EfficientBatchTokens = 0, BatchTime = TimeSpan.FromMilliseconds(1) });
        for (var i = 0; i < 8; i++) narrow.Record(10, TimeSpan.FromSeconds(1));
        Assert.Equal((1, 10), (narrow.Budget(), narrow.TimeFor(new(10, 100)).TotalSeconds));
    }

    /// <summary>10 ms a batch and 0.1 ms a token.</summary>
    private static void Learn(DrainRate rate)
    {
        for (var i = 0; i < 50; i++)
        {
            var tokens = 20 + (i * 37 % 80);
            rate.Record(tokens, TimeSpan.FromMilliseconds(10 + (0.1 * tokens)));
        }
    }
}
