namespace OnePeace.Benchmarks.Bench;

/// <summary>One slot, calculated, for requests that come by chance: whatever waits, up to a batch, is begun the moment the slot is free, and nothing else takes time.</summary>
/// <param name="Batch">Milliseconds that every batch takes besides its items.</param>
/// <param name="Item">Milliseconds of one item.</param>
/// <param name="Most">The most items in a batch.</param>
internal sealed record GreedyQueue(double Batch, double Item, int Most)
{
    private const int Requests = 100_000;

    /// <summary>From the rates of two static batches.</summary>
    /// <param name="alone">Items a second, one at a time.</param>
    /// <param name="best">The best batch, of more than one item.</param>
    public static GreedyQueue Of(double alone, StaticBatch best)
    {
        var (one, all) = (1_000 / alone, 1_000 * best.Items / best.Rate);
        var item = (all - one) / (best.Items - 1);
        return new GreedyQueue(Math.Max(0, one - item), Math.Min(item, one), best.Items);
    }

    /// <summary>p50 and p99 in milliseconds, where so many requests come a second.</summary>
    public (double Median, double Late) Latencies(double rate)
    {
        var random = new Random(1);
        var due = new double[Requests];
        for (var i = 1; i < Requests; i++) due[i] = due[i - 1] - (1_000 * Math.Log(1 - random.NextDouble()) / rate);
        var took = new double[Requests];
        var free = 0.0;
        for (int first = 0, next = 0; first < Requests; first = next)
        {
            var start = Math.Max(free, due[first]);
            while (next < Requests && next - first < Most && due[next] <= start) next++;
            free = start + Batch + (Item * (next - first));
            for (var i = first; i < next; i++) took[i] = free - due[i];
        }
        Array.Sort(took);
        return (took[Requests / 2], took[Requests * 99 / 100]);
    }
}
