using BenchmarkDotNet.Attributes;
using OnePeace.Engine.Batching;

namespace OnePeace.Benchmarks;

/// <summary>One batch taken, and said to be done, where 10,000 texts of 3 to 65 tokens wait, of one tenant or of many: for so long the queue lets nobody else in.</summary>
[WarmupCount(10), IterationCount(15)]
public class QueueBenchmarks
{
    private const int Waiting = 10_000, Batches = 100, LoudBatches = 20;

    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(100);

    private BatchQueue<int> _queue = new(new(), TimeProvider.System);

    [Params(1, 100, 10_000)]
    public int Tenants { get; set; }

    /// <summary>Whether another tenant, whose texts are half of those that wait, had the device to itself until now.</summary>
    [Params(false, true)]
    public bool BesideALoudOne { get; set; }

    [IterationSetup]
    public void Fill()
    {
        _queue = new(new BatchLimits { MaxQueuedItems = 10 * Waiting, MaxQueuedTokens = 1_000 * Waiting }, TimeProvider.System);
        var random = new Random(1);
        if (BesideALoudOne)
        {
            for (var i = 0; i < LoudBatches * new BatchLimits().MaxBatchItems; i++) Add("loud", random);
            for (var i = 0; i < LoudBatches; i++) _queue.RecordBatch(_queue.Take(), BatchTime);
        }
        for (var i = _queue.Count; i < Waiting; i++) Add(BesideALoudOne && i < Waiting / 2 ? "loud" : $"tenant {i % Tenants}", random);
    }

    [Benchmark(OperationsPerInvoke = Batches)]
    public int Take()
    {
        var taken = 0;
        for (var i = 0; i < Batches; i++)
        {
            var batch = _queue.Take();
            _queue.RecordBatch(batch, BatchTime);
            taken += batch.Entries.Count;
        }
        return taken;
    }

    private void Add(string tenant, Random random)
    {
        var tokens = random.Next(3, 66);
        using var admission = _queue.Admit(tenant, 1, tokens, DateTimeOffset.MaxValue);
        _queue.Enqueue(new QueueEntry<int>(0, tenant, "text", tokens, DateTimeOffset.MaxValue), admission);
    }
}
