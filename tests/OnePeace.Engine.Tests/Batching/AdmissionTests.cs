using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>What a queue lets in.</summary>
public sealed class AdmissionTests : BatchQueueTest
{
    [Fact]
    public void More_entries_than_allowed_are_refused_before_anything_is_queued()
    {
        var queue = Queue();
        Add(queue, "first");
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 20, 20));
        Assert.Equal(1, queue.Count);
        Admit(queue, 19, 19).Dispose();
    }

    [Fact]
    public void More_tokens_than_allowed_are_refused()
    {
        var queue = Queue();
        Add(queue, "first", tokens: 990);
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 11));
        Admit(queue, 1, 10).Dispose();
    }

    [Fact]
    public void Room_held_for_others_counts_until_it_is_given_back()
    {
        var queue = Queue();
        var admission = Admit(queue, 20, 20);
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 1));
        admission.Dispose();
        admission.Dispose();
        Admit(queue, 20, 20).Dispose();
    }

    [Fact]
    public void A_request_larger_than_the_queue_is_let_in_when_nothing_else_waits()
    {
        var queue = Queue();
        Admit(queue, 50, 5_000).Dispose();
        Add(queue, "first");
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 50, 5_000));
    }

    [Fact]
    public void The_time_to_wait_follows_from_how_fast_batches_are_computed()
    {
        var queue = Queue();
        Add(queue, "first", tokens: 1_000);
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 500)).RetryAfter);
        Record(queue, TimeSpan.FromSeconds(1), tokens: 100);
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 500)).RetryAfter);
    }

    [Fact]
    public void What_would_not_be_done_in_time_is_refused_at_once()
    {
        var queue = Queue();
        Record(queue, TimeSpan.FromSeconds(1), tokens: 100);   // 100 a second
        Add(queue, "first", tokens: 500);
        var refused = Assert.Throws<EngineOverloadedException>(() => queue.Admit("default", 1, 10, Clock.GetUtcNow() + TimeSpan.FromSeconds(5)));
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        queue.Admit("default", 1, 10, Clock.GetUtcNow() + TimeSpan.FromSeconds(6)).Dispose();
        queue.Admit("quiet", 1, 10, Clock.GetUtcNow() + TimeSpan.FromSeconds(1)).Dispose();   // waits for its own turn only
    }

    [Fact]
    public void More_is_refused_where_what_waits_lasts_too_long_until_it_does_not()
    {
        var queue = new BatchQueue<string>(Small with { LongestWait = TimeSpan.FromSeconds(2) }, Clock);
        Record(queue, TimeSpan.FromSeconds(1), tokens: 100);   // 100 a second
        Admit(queue, 1, 900).Dispose();   // nothing waits, however long it takes itself
        Add(queue, "first", tokens: 200);
        Add(queue, "second", tokens: 150);
        Assert.Equal(TimeSpan.FromSeconds(1.5), Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 10)).RetryAfter);
        Admit(queue, 1, 10, "other").Dispose();   // waits for its own turn only
        Take(queue);
        Admit(queue, 1, 10).Dispose();
    }
}
