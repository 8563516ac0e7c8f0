using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

public sealed class BatchQueueTests : BatchQueueTest
{
    [Fact]
    public void An_empty_queue_gives_an_empty_batch() => Assert.Empty(Queue().Take().Entries);

    [Fact]
    public void What_is_there_is_taken_at_once()
    {
        var queue = Queue();
        Add(queue, "only");
        Assert.Equal(["only"], Take(queue));
        Assert.Equal((0, 0L), (queue.Count, queue.Tokens));
    }

    [Fact]
    public void A_batch_holds_one_lane_and_begins_with_the_oldest()
    {
        var queue = Queue();
        Add(queue, "a1", lane: "a");
        Add(queue, "b1", lane: "b");
        Add(queue, "a2", lane: "a");
        Assert.Equal(["a1", "a2"], Take(queue));
        Assert.Equal(["b1"], Take(queue));
    }

    [Fact]
    public void A_batch_holds_at_most_the_allowed_number_of_entries()
    {
        var queue = Queue();
        for (var i = 0; i < 6; i++) Add(queue, $"{i}", tokens: 1);
        Assert.Equal(["0", "1", "2", "3"], Take(queue));
        Assert.Equal(["4", "5"], Take(queue));
    }

    [Fact]
    public void The_cost_of_a_batch_counts_its_padding()
    {
        var queue = Queue();
        Add(queue, "40", tokens: 40);
        Add(queue, "35", tokens: 35);
        Add(queue, "25", tokens: 25);   // 40 + 35 + 25 = 100, but padded 3 * 40 = 120
        Assert.Equal(["40", "35"], Take(queue));
    }

    [Fact]
    public void Short_entries_are_not_padded_to_long_ones()
    {
        var queue = Queue();
        Add(queue, "short", tokens: 4);
        Add(queue, "long", tokens: 30);
        Add(queue, "similar", tokens: 6);
        Assert.Equal(["short", "similar"], Take(queue));
        Assert.Equal(["long"], Take(queue));
    }

    [Fact]
    public void An_entry_above_the_budget_goes_alone()
    {
        var queue = Queue();
        Add(queue, "huge", tokens: 500);
        Add(queue, "other", tokens: 450);
        Assert.Equal(["huge"], Take(queue));
    }

    [Fact]
    public void An_entry_unlike_all_others_is_not_starved_by_a_steady_stream()
    {
        var queue = Queue();
        Add(queue, "stream", tokens: 4);
        Add(queue, "odd", tokens: 90);
        var batches = 0;
        for (var found = false; !found; batches++)
        {
            Assert.InRange(batches, 0, 3);
            for (var i = 0; i < 4; i++) Add(queue, "stream", tokens: 4);
            found = Take(queue).Contains("odd");
        }
    }

    [Fact]
    public void A_removed_entry_is_gone_and_frees_its_room()
    {
        var queue = Queue();
        var entry = Add(queue, "left", tokens: 7);
        Assert.True(queue.Remove(entry));
        Assert.False(queue.Remove(entry));
        Assert.Equal((0, 0L), (queue.Count, queue.Tokens));
        Assert.Empty(queue.Take().Entries);
    }

    [Fact]
    public void An_entry_past_its_deadline_is_dropped_and_reported()
    {
        var queue = Queue();
        Add(queue, "late", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Add(queue, "in time");
        Clock.Advance(TimeSpan.FromSeconds(1));
        var batch = queue.Take();
        Assert.Equal(["late"], batch.Expired.Select(e => e.Value));
        Assert.Equal(["in time"], batch.Entries.Select(e => e.Value));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Entries_past_their_deadlines_are_dropped_whosever_they_are_and_wherever_they_stand()
    {
        var queue = Queue();
        Add(queue, "in time", tenant: "A", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(9));
        Add(queue, "late", tenant: "A", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(2));
        Add(queue, "late too", tenant: "B", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        var left = Add(queue, "left before", tenant: "C", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        queue.Remove(left);
        Clock.Advance(TimeSpan.FromSeconds(2));
        var batch = queue.Take();
        Assert.Equal(["late", "late too"], batch.Expired.Select(e => e.Value).Order(StringComparer.Ordinal));
        Assert.Equal(["in time"], batch.Entries.Select(e => e.Value));
    }

    [Fact]
    public void Of_a_tenants_entries_those_whose_deadline_is_near_go_first()
    {
        var queue = Queue();
        for (var i = 0; i < 4; i++) Add(queue, "patient", deadline: Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        Add(queue, "in a hurry", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(2));
        Assert.Contains("in a hurry", Take(queue));
    }

    [Fact]
    public void An_entry_with_much_time_is_not_passed_for_ever()
    {
        var queue = Queue();
        Add(queue, "patient", deadline: DateTimeOffset.MaxValue, lane: "slow");
        for (var second = 0; second < 12; second++)
        {
            Add(queue, "in a hurry", deadline: Clock.GetUtcNow() + TimeSpan.FromSeconds(2));
            if (Take(queue).Contains("patient")) return;
            Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Fail("The patient entry was never served.");
    }

    [Fact]
    public void A_batch_takes_no_longer_than_it_should_where_it_is_large_enough_to_be_efficient()
    {
        var queue = new BatchQueue<string>(new BatchLimits { BatchCostTokens = 24, EfficientBatchTokens = 40, BatchTime = TimeSpan.FromMilliseconds(100) }, Clock);
        for (var i = 0; i < 100; i++) Add(queue, "text");
        Assert.Equal(4, Take(queue).Count);   // nothing is known yet
        Record(queue, TimeSpan.FromSeconds(0.1), tokens: 100);   // 1,000 a second
        Assert.Equal(10, Take(queue).Count);
    }
}
