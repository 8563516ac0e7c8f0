using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>How long a queue will last, learnt from batches of other sizes.</summary>
public sealed class DrainRateTests
{
    private static readonly BatchLimits Limits = new() { EfficientBatchTokens = 1_000, LongestWait = TimeSpan.FromSeconds(10) };

    [Fact]
    public void What_a_batch_costs_besides_its_tokens_is_told_apart_from_what_they_cost()
    {
        var rate = new DrainRate(Limits);
        for (var i = 0; i < 50; i++)
        {
            var tokens = 20 + (i * 37 % 80);
            rate.Record(tokens, TimeSpan.FromMilliseconds(10 + (0.1 * tokens)));
        }
        Assert.Equal(0.110, rate.TimeFor(1_000).TotalSeconds, tolerance: 0.002);   // one batch, not fifty small ones
        Assert.Equal(1.10, rate.TimeFor(10_000).TotalSeconds, tolerance: 0.02);
    }

    [Fact]
    public void Batches_that_are_all_alike_are_taken_for_the_only_size_there_is()
    {
        var rate = new DrainRate(Limits);
        for (var i = 0; i < 8; i++) rate.Record(100, TimeSpan.FromSeconds(1));
        Assert.Equal(5, rate.TimeFor(500).TotalSeconds, tolerance: 1e-6);
        Assert.Null(rate.Wait(1_000));
        Assert.Equal(1, rate.Wait(1_100)!.Value.TotalSeconds, tolerance: 1e-6);
    }

    [Fact]
    public void Noise_makes_no_token_free()
    {
        var rate = new DrainRate(Limits);
        for (var i = 0; i < 50; i++) rate.Record(100 + (i % 2), TimeSpan.FromSeconds(i % 2 == 0 ? 1 : 0.5));   // the larger ones were quicker
        Assert.InRange(rate.TimeFor(1_000).TotalSeconds, 1_000 * 0.25 * 0.0075, 10);
    }

    [Fact]
    public void Slots_share_the_work()
    {
        var rate = new DrainRate(Limits with { Consumers = 2 });
        for (var i = 0; i < 8; i++) rate.Record(100, TimeSpan.FromSeconds(1));
        Assert.Equal(2.5, rate.TimeFor(500).TotalSeconds, tolerance: 1e-6);
    }
}
