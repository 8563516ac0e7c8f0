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

    /// <summary>A batch of one entry that took so long.</summary>
    protected static void Record(BatchQueue<string> queue, string tenant, TimeSpan duration, int tokens = 10) => queue.RecordBatch(new TakenBatch<string>([Entry("done", tenant, tokens: tokens)], []), duration);
}
