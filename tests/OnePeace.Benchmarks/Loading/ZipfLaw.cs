namespace OnePeace.Benchmarks.Loading;

/// <summary>Requests of which the k-th most popular thing gets a share of 1/k.</summary>
internal sealed class ZipfLaw(int count)
{
    private readonly double _sum = Enumerable.Range(1, count).Sum(k => 1.0 / k);

    public int Draw(Random random)
    {
        var left = random.NextDouble() * _sum;
        for (var k = 1; k < count; k++)
            if ((left -= 1.0 / k) < 0) return k - 1;
        return count - 1;
    }

    /// <summary>Share of requests that find what they ask for where the most popular ones always stay: no choice that never changes does better.</summary>
    public double BestStaticHitRate(int places) => Enumerable.Range(1, places).Sum(k => 1.0 / k) / _sum;

    /// <summary>Hit rate of "least recently used leaves" on these requests, one after the other.</summary>
    public static double LeastRecentlyUsedHitRate(IReadOnlyList<int> requests, int places)
    {
        var order = new LinkedList<int>();
        var hits = 0;
        foreach (var asked in requests)
        {
            if (order.Remove(asked)) hits++;
            else if (order.Count == places) order.RemoveLast();
            order.AddFirst(asked);
        }
        return (double)hits / requests.Count;
    }
}
