using System.Diagnostics;
using OnePeace.Engine.Batching;

namespace OnePeace.Engine.Tests.Batching;

/// <summary>What a stream of texts of many lengths costs besides its tokens.</summary>
public sealed class PaddingTests
{
    private static readonly BatchLimits Limits = new() { MaxQueuedTokens = 4_000_000 };

    private readonly Random _random = new(1);
    private int _next;

    [Theory]
    [InlineData(4_000, 0.02)]
    [InlineData(256, 0.02)]
    [InlineData(128, 0.02)]
    public void Where_much_waits_little_is_padding(int waiting, double most)
    {
        var queue = new BatchQueue<int>(Limits, new FakeClock());
        long tokens = 0, padding = 0, items = 0;
        for (var batch = 0; batch < 1_000; batch++)
        {
            while (queue.Count < waiting) Add(queue, _random.Next(3, 66));
            var taken = queue.Take();
            (tokens, padding, items) = (tokens + taken.Tokens, padding + taken.Padding, items + taken.Entries.Count);
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{waiting} waiting: {padding / (double)(tokens + padding):P2} padding, {items / 1000.0} a batch, {tokens / 1000.0} tokens");
        Assert.InRange(padding / (double)(tokens + padding), 0, most);
        Assert.True(items / 1_000.0 > 8);
    }

    [Fact]
    public void Where_little_waits_a_batch_is_not_made_small_for_the_sake_of_padding()
    {
        var queue = new BatchQueue<int>(Limits, new FakeClock());
        foreach (var length in new[] { 12, 14, 13, 11 }) Add(queue, length);
        Assert.Equal(4, queue.Take().Entries.Count);
    }

    [Fact]
    public void Every_part_of_an_entry_is_padded_to_the_longest_of_its_batch()
    {
        QueueEntry<int> Entry(params int[] parts) => new(0, "default", "joint", parts.Sum(), DateTimeOffset.MaxValue) { Parts = parts };
        Assert.Equal(4, new TakenBatch<int>([Entry(3, 1), Entry(1, 3)], []).Padding);
        Assert.Equal(3, new TakenBatch<int>([new(0, "default", "text", 5, DateTimeOffset.MaxValue), new(0, "default", "text", 2, DateTimeOffset.MaxValue)], []).Padding);
        Assert.Equal(0, new TakenBatch<int>([], []).Padding);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(4_096)]
    public void Taking_a_batch_from_a_full_queue_holds_nobody_up(int tenants)
    {
        var queue = new BatchQueue<int>(Limits, new FakeClock());
        for (var i = 0; i < 4_096; i++) Add(queue, _random.Next(3, 500), tenant: $"{i % tenants}", lane: $"{i % 3}");
        var times = new List<TimeSpan>();
        while (queue.Count > 0)
        {
            var start = Stopwatch.GetTimestamp();
            queue.Take();
            times.Add(Stopwatch.GetElapsedTime(start));
        }
        times.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"{tenants} tenants: a batch is taken in {times[times.Count / 2].TotalMicroseconds:0} us, at most {times[^1].TotalMicroseconds:0}");
        Assert.InRange(times[times.Count / 2], TimeSpan.Zero, TimeSpan.FromMilliseconds(2));
    }

    private void Add(BatchQueue<int> queue, int tokens, string tenant = "default", string lane = "text")
    {
        using var admission = queue.Admit(tenant, 1, tokens, DateTimeOffset.MaxValue);
        queue.Enqueue(new QueueEntry<int>(_next++, tenant, lane, tokens, DateTimeOffset.MaxValue), admission);
    }
}
