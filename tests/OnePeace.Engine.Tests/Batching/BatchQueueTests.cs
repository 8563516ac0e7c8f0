using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

public sealed class BatchQueueTests
{
    private static readonly BatchLimits Small = new() { BatchCostTokens = 24, MaxBatchItems = 4, MaxBatchTokens = 100, MaxQueuedItems = 20, MaxQueuedTokens = 1_000 };

    private readonly FakeClock _clock = new();

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
    public void A_flood_of_one_tenant_does_not_hold_up_another()
    {
        var queue = Queue();
        for (var i = 0; i < 15; i++) Add(queue, $"flood{i}", tenant: "A", tokens: 50, lane: "a");
        Add(queue, "rare", tenant: "B", tokens: 50, lane: "b");
        var batches = Enumerable.Range(0, 3).Select(_ => Take(queue)).ToArray();
        Assert.Contains(batches, batch => batch.Contains("rare"));
    }

    [Fact]
    public void Tenants_with_endless_work_get_equal_tokens_though_their_entries_differ_in_size()
    {
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 10_000, MaxQueuedTokens = 1_000_000 }, _clock);
        for (var i = 0; i < 600; i++) Add(queue, "big", tenant: "A", tokens: 50, lane: "a");
        for (var i = 0; i < 3_000; i++) Add(queue, "small", tenant: "B", tokens: 10, lane: "b");
        var taken = Enumerable.Range(0, 400).SelectMany(_ => queue.Take().Entries).ToLookup(e => e.Tenant, e => (long)e.Tokens);
        Assert.InRange(taken["A"].Sum() / (double)taken["B"].Sum(), 0.9, 1.1);
    }

    [Fact]
    public void A_tenant_that_waits_for_its_answers_gets_no_more_than_those_whose_work_never_ends()
    {
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 100_000, MaxQueuedTokens = 10_000_000 }, _clock);
        for (var tenant = 0; tenant < 9; tenant++)
        {
            for (var i = 0; i < 800; i++) Add(queue, "endless", tenant: $"{tenant}", tokens: 25, lane: $"{tenant}");
        }
        var (asked, served) = (0, new Dictionary<string, long>());
        for (var batch = 0; batch < 1_000; batch++)
        {
            if (asked == 0)
            {
                for (; asked < 4; asked++) Add(queue, "closed", tenant: "closed", tokens: 25, lane: "closed");
            }
            foreach (var entry in queue.Take().Entries)
            {
                served[entry.Tenant] = served.GetValueOrDefault(entry.Tenant) + entry.Tokens;
                if (entry.Tenant == "closed") asked--;
            }
        }
        Assert.InRange(served["closed"] / (served.Values.Sum() / 10.0), 0.9, 1.1);
    }

    [Fact]
    public void A_tenant_whose_batches_are_large_gets_no_more_tokens_than_others()
    {
        var queue = new BatchQueue<string>(new BatchLimits { MaxBatchItems = 4, MaxBatchTokens = 1_000, EfficientBatchTokens = 40, MaxQueuedItems = 100_000, MaxQueuedTokens = 10_000_000 }, _clock);
        for (var i = 0; i < 100; i++) Add(queue, "large", tenant: "large", tokens: 500, lane: "large");
        for (var tenant = 0; tenant < 4; tenant++)
        {
            for (var i = 0; i < 3_000; i++) Add(queue, "small", tenant: $"{tenant}", tokens: 10, lane: $"{tenant}");
        }
        var served = Enumerable.Range(0, 2_000).SelectMany(_ => queue.Take().Entries).ToLookup(e => e.Tenant, e => (long)e.Tokens);
        Assert.InRange(served["large"].Sum() / (served.Sum(tenant => tenant.Sum()) / 5.0), 0.9, 1.1);
    }

    [Fact]
    public void A_batch_is_filled_from_all_tenants_in_turn()
    {
        var queue = Queue();
        for (var i = 0; i < 8; i++) Add(queue, $"A{i}", tenant: "A", tokens: 5);
        Add(queue, "B0", tenant: "B", tokens: 5);
        Add(queue, "C0", tenant: "C", tokens: 5);
        Assert.Equal(["A0", "A1", "B0", "C0"], Take(queue).Order(StringComparer.Ordinal));
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
    public void A_stream_of_new_tenants_starves_nobody()
    {
        var queue = Queue();
        Add(queue, "old", tenant: "old", tokens: 100, lane: "old");
        for (var i = 0; i < 5; i++)
        {
            Add(queue, "new", tenant: $"new{i}", tokens: 100, lane: "new");
            if (Take(queue).Contains("old")) return;
        }
        Assert.Fail("The old tenant was never served.");
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
        Add(queue, "late", deadline: _clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Add(queue, "in time");
        _clock.Advance(TimeSpan.FromSeconds(1));
        var batch = queue.Take();
        Assert.Equal(["late"], batch.Expired.Select(e => e.Value));
        Assert.Equal(["in time"], batch.Entries.Select(e => e.Value));
        Assert.Equal(0, queue.Count);
    }

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
        queue.RecordBatch(new TakenBatch<string>([Entry("done", tokens: 76)], []), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 500)).RetryAfter);
    }

    [Fact]
    public void A_tenant_that_comes_is_next_whatever_a_neighbour_had_before()
    {
        var queue = Queue();
        for (var i = 0; i < 18; i++) Add(queue, "flood", tenant: "A", tokens: 50, lane: "a");
        for (var i = 0; i < 3; i++)
        {
            Take(queue);
            Add(queue, "rare", tenant: "B", tokens: 50, lane: "b");
            Assert.Equal(["rare"], Take(queue));
        }
    }

    [Fact]
    public void Of_a_tenants_entries_those_whose_deadline_is_near_go_first()
    {
        var queue = Queue();
        for (var i = 0; i < 4; i++) Add(queue, "patient", deadline: _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        Add(queue, "in a hurry", deadline: _clock.GetUtcNow() + TimeSpan.FromSeconds(2));
        Assert.Contains("in a hurry", Take(queue));
    }

    [Fact]
    public void An_entry_with_much_time_is_not_passed_for_ever()
    {
        var queue = Queue();
        Add(queue, "patient", deadline: DateTimeOffset.MaxValue, lane: "slow");
        for (var second = 0; second < 12; second++)
        {
            Add(queue, "in a hurry", deadline: _clock.GetUtcNow() + TimeSpan.FromSeconds(2));
            if (Take(queue).Contains("patient")) return;
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Fail("The patient entry was never served.");
    }

    [Fact]
    public void A_tenant_with_less_than_its_share_is_let_in_although_another_has_filled_the_queue()
    {
        var queue = Queue();
        for (var i = 0; i < 20; i++) Add(queue, "flood", tenant: "A");
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 1, "A"));
        using var share = Admit(queue, 10, 100, "B");
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 1, 1, "B"));
        using var third = Admit(queue, 6, 100, "C");
        Assert.Throws<EngineOverloadedException>(() => Admit(queue, 5, 5, "D"));   // within its share, but twice the bound is the end
    }

    [Fact]
    public void What_would_not_be_done_in_time_is_refused_at_once()
    {
        var queue = Queue();
        for (var i = 0; i < 8; i++) queue.RecordBatch(new TakenBatch<string>([Entry("done", tokens: 76)], []), TimeSpan.FromSeconds(1));   // 100 a second
        Add(queue, "first", tokens: 500);
        var refused = Assert.Throws<EngineOverloadedException>(() => queue.Admit("default", 1, 10, _clock.GetUtcNow() + TimeSpan.FromSeconds(5)));
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        queue.Admit("default", 1, 10, _clock.GetUtcNow() + TimeSpan.FromSeconds(6)).Dispose();
        queue.Admit("quiet", 1, 10, _clock.GetUtcNow() + TimeSpan.FromSeconds(1)).Dispose();   // waits for its own turn only
    }

    [Fact]
    public void A_batch_takes_no_longer_than_it_should_where_it_is_large_enough_to_be_efficient()
    {
        var queue = new BatchQueue<string>(new BatchLimits { BatchCostTokens = 24, EfficientBatchTokens = 40, BatchTime = TimeSpan.FromMilliseconds(100) }, _clock);
        for (var i = 0; i < 100; i++) Add(queue, "text");
        Assert.Equal(4, Take(queue).Count);   // nothing is known yet
        queue.RecordBatch(new TakenBatch<string>([Entry("done", tokens: 76)], []), TimeSpan.FromSeconds(0.1));   // 1,000 a second
        Assert.Equal(10, Take(queue).Count);
    }

    private BatchQueue<string> Queue() => new(Small, _clock);

    private static IReadOnlyList<string> Take(BatchQueue<string> queue) => [.. queue.Take().Entries.Select(e => e.Value)];

    private static QueueEntry<string> Add(BatchQueue<string> queue, string value, string tenant = "default", string lane = "lane", int tokens = 10, DateTimeOffset? deadline = null)
    {
        using var admission = queue.Admit(tenant, 1, tokens, deadline ?? DateTimeOffset.MaxValue);
        var entry = Entry(value, tenant, lane, tokens, deadline);
        queue.Enqueue(entry, admission);
        return entry;
    }

    private static QueueEntry<string> Entry(string value, string tenant = "default", string lane = "lane", int tokens = 10, DateTimeOffset? deadline = null) =>
        new(value, tenant, lane, tokens, deadline ?? DateTimeOffset.MaxValue);

    private static Admission Admit(BatchQueue<string> queue, int items, long tokens, string tenant = "default") => queue.Admit(tenant, items, tokens, DateTimeOffset.MaxValue);
}
