namespace OnePeace.Engine.Batching;

/// <summary>Cuts what waits, by length, into the batches that cost least together: padding against a fixed cost a batch.</summary>
/// <param name="limits">Bounds of a batch, and its fixed cost.</param>
/// <param name="budget">The most tokens of a batch, padding included.</param>
internal sealed class CheapestCut(BatchLimits limits, int budget)
{
    /// <param name="lengths">Ascending, at least one.</param>
    /// <param name="index">Of one of them.</param>
    /// <returns>The batch that holds it.</returns>
    public Range Around(IReadOnlyList<int> lengths, int index)
    {
        var ends = Ends(lengths);
        var start = 0;
        while (ends[start] <= index) start = ends[start];
        return start..ends[start];
    }

    /// <summary>Where the batch ends that begins with each, if all from there on are cut as cheaply as can be; of equal cuts the one that is fullest first.</summary>
    private int[] Ends(IReadOnlyList<int> lengths)
    {
        var ends = new int[lengths.Count];
        var costs = new long[lengths.Count + 1];   // of all from there on
        for (var start = lengths.Count - 1; start >= 0; start--)
        {
            costs[start] = long.MaxValue;
            for (var end = start + 1; end <= lengths.Count && (end == start + 1 || Fits(end - start, lengths[end - 1])); end++)
            {
                var cost = limits.BatchCostTokens + ((long)lengths[end - 1] * (end - start)) + costs[end];
                if (cost <= costs[start]) (costs[start], ends[start]) = (cost, end);
            }
        }
        return ends;
    }

    private bool Fits(int count, int longest) => count <= limits.MaxBatchItems && (long)longest * count <= budget;
}
