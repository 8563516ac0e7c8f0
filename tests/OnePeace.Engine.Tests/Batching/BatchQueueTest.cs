using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>A queue with small bounds and a clock that stands still.</summary>
public abstract class BatchQueueTest
{
    protected static readonly BatchLimits Small = new() { BatchCostTokens = 24, MaxBatchItems = 4, MaxBatchTokens = 100, MaxQueuedItems = 20, MaxQueuedTokens = 1_000 };

    private protected FakeClock Clock { get; } = new();

    protected BatchQueue<string> Queue() => new(Small, Clock);

    protected static IReadOnlyList<string> Take(BatchQueue<string> queue) => [.. queue.Take().Entries.Select(e => e.Value)];

    protected static QueueEntry<string> Add(BatchQueue<string> queue, string value, string tenant = "default", string lane = "lane", int tokens = 10, DateTimeOffset? deadline = null)
    {
        using var admission = queue.Admit(tenant, 1, tokens, deadline ?? DateTimeOffset.MaxValue);
        var entry = Entry(value, tenant, lane, tokens, deadline);
        queue.Enqueue(entry, admission);
        return entry;
    }

    protected static QueueEntry<string> Entry(string value, string tenant = "default", string lane = "lane", int tokens = 10, DateTimeOffset? deadline = null) =>
        new(value, tenant, lane, tokens, deadline ?? DateTimeOffset.MaxValue);

    protected static Admission Admit(BatchQueue<string> queue, int items, long tokens, string tenant = "default") => queue.Admit(tenant, items, tokens, DateTimeOffset.MaxValue);

    /// <summary>A batch of one entry that took so long, as often as it takes to believe it.</summary>
    protected static void Record(BatchQueue<string> queue, TimeSpan duration, int tokens)
    {
        for (var i = 0; i < 32; i++) queue.RecordBatch(new TakenBatch<string>([Entry("done", tokens: tokens)], []), duration);
    }

    /// <summary>So many tokens of a tenant's are computed while nobody else waits.</summary>
    protected static void Use(BatchQueue<string> queue, string tenant, int tokens)
    {
        for (; tokens > 0; tokens -= 100)
        {
            Add(queue, "used", tenant, tokens: Math.Min(tokens, 100));
            queue.RecordBatch(queue.Take(), null);
        }
    }
}
