using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>What tenants notice of one another in a queue.</summary>
public sealed class TenantFairnessTests : BatchQueueTest
{
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
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 10_000, MaxQueuedTokens = 1_000_000 }, Clock);
        for (var i = 0; i < 600; i++) Add(queue, "big", tenant: "A", tokens: 50, lane: "a");
        for (var i = 0; i < 3_000; i++) Add(queue, "small", tenant: "B", tokens: 10, lane: "b");
        var taken = Enumerable.Range(0, 400).SelectMany(_ => queue.Take().Entries).ToLookup(e => e.Tenant, e => (long)e.Tokens);
        Assert.InRange(taken["A"].Sum() / (double)taken["B"].Sum(), 0.9, 1.1);
    }

    [Fact]
    public void A_tenant_that_waits_for_its_answers_gets_no_more_than_those_whose_work_never_ends()
    {
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 100_000, MaxQueuedTokens = 10_000_000 }, Clock);
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
        var queue = new BatchQueue<string>(new BatchLimits { MaxBatchItems = 4, MaxBatchTokens = 1_000, EfficientBatchTokens = 40, MaxQueuedItems = 100_000, MaxQueuedTokens = 10_000_000 }, Clock);
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
    public void More_tenants_than_a_batch_holds_are_all_served_alike_though_each_comes_back_at_once()
    {
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 1_000, MaxQueuedTokens = 100_000 }, Clock);
        for (var tenant = 0; tenant < 50; tenant++) Add(queue, "one", tenant: $"{tenant}");
        var served = new Dictionary<string, int>();
        for (var batch = 0; batch < 250; batch++)
        {
            foreach (var entry in queue.Take().Entries)
            {
                served[entry.Tenant] = served.GetValueOrDefault(entry.Tenant) + 1;
                Add(queue, "one more", tenant: entry.Tenant);
            }
        }
        Assert.Equal(50, served.Count);
        Assert.InRange(served.Values.Max() - served.Values.Min(), 0, 2);
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
    public void Who_uses_little_of_the_device_goes_first_and_alone()
    {
        var queue = Queue();
        Use(queue, "loud", 900);
        Use(queue, "quiet", 100);
        for (var i = 0; i < 3; i++) Add(queue, "loud", tenant: "loud");
        Add(queue, "quiet", tenant: "quiet");
        Assert.Equal(["quiet"], Take(queue));
        Assert.Equal(["loud", "loud", "loud"], Take(queue));
    }

    [Fact]
    public void A_batch_makes_way_for_quiet_tenants_unless_it_is_theirs()
    {
        var queue = Queue();
        Add(queue, "loud", tenant: "loud", tokens: 100);
        var running = queue.Take();
        Add(queue, "more", tenant: "loud");
        Assert.Empty(queue.TakeBetween(running).Entries);
        Add(queue, "quiet", tenant: "quiet");
        var between = queue.TakeBetween(running);
        Assert.Equal(["quiet"], between.Entries.Select(e => e.Value));
        Add(queue, "quiet again", tenant: "quiet");
        Add(queue, "quiet too", tenant: "new");
        Assert.Empty(queue.TakeBetween(between).Entries);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Tenants_that_use_about_as_much_as_one_another_share_batches(int tenants)
    {
        var queue = new BatchQueue<string>(Small with { MaxBatchItems = 8 }, Clock);
        for (var tenant = 0; tenant < tenants; tenant++) Use(queue, $"{tenant}", tenant % 2 == 0 ? 140 : 60);   // chance
        Add(queue, "first", tenant: "0");
        var running = queue.Take();
        for (var tenant = 0; tenant < tenants; tenant++) Add(queue, "other", tenant: $"{tenant}");
        Assert.Empty(queue.TakeBetween(running).Entries);
        Assert.Equal(tenants, Take(queue).Count);
    }

    [Fact]
    public void Two_loud_tenants_make_way_and_a_crowd_of_small_ones_does_not()
    {
        var queue = Queue();
        foreach (var loud in (string[])["a", "b"]) Use(queue, loud, 400);
        Use(queue, "quiet", 100);
        Add(queue, "loud", tenant: "a");
        var running = queue.Take();
        Add(queue, "loud too", tenant: "b");
        Add(queue, "quiet", tenant: "quiet");
        Assert.Equal(["quiet"], queue.TakeBetween(running).Entries.Select(e => e.Value));
        Take(queue);
        for (var i = 0; i < 20; i++) Use(queue, $"{i}", 100);
        Add(queue, "new", tenant: "new");
        Assert.Empty(queue.TakeBetween(running).Entries);
    }

    [Fact]
    public void A_batch_that_takes_long_is_loud_for_all_that_time()
    {
        var queue = Queue();
        Add(queue, "loud", tenant: "loud", tokens: 100);
        var running = queue.Take();
        for (var i = 0; i < 5; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            Add(queue, "quiet", tenant: "quiet");
            var between = queue.TakeBetween(running);
            Assert.Single(between.Entries);
            queue.RecordBatch(between, null);
        }
    }

    [Fact]
    public void A_flood_that_begins_takes_nothing_from_a_tenant_that_was_alone_until_then()
    {
        var queue = new BatchQueue<string>(Small with { MaxQueuedItems = 10_000, MaxQueuedTokens = 1_000_000 }, Clock);
        Use(queue, "alone", 1_000);
        for (var i = 0; i < 400; i++) Add(queue, "flood", tenant: "flood");
        for (var batch = 0; batch < 4; batch++)
        {
            Add(queue, "alone", tenant: "alone");
            Assert.Contains("alone", Take(queue).Concat(Take(queue)));
        }
    }

    [Fact]
    public void Beside_a_quiet_tenant_the_others_batches_are_half_as_large()
    {
        var queue = new BatchQueue<string>(Small with { MaxBatchItems = 100, MaxBatchTokens = 1_000, EfficientBatchTokens = 100 }, Clock);
        Use(queue, "loud", 900);
        for (var i = 0; i < 12; i++) Add(queue, "loud", tenant: "loud");
        Assert.Equal(10, Take(queue).Count);
        Use(queue, "quiet", 10);
        for (var i = 0; i < 8; i++) Add(queue, "loud", tenant: "loud");
        Assert.Equal(5, Take(queue).Count);
    }

    [Fact]
    public void What_was_used_is_forgotten_after_two_seconds()
    {
        var queue = Queue();
        Use(queue, "loud", 900);
        Add(queue, "loud", tenant: "loud");
        Clock.Advance(TimeSpan.FromSeconds(2));
        Add(queue, "other", tenant: "other");
        Assert.Equal(2, Take(queue).Count);
    }
}
