using OnePeace.Training.Randomness;

namespace OnePeace.Training.Data;

/// <summary>Which pairs make which batch: a pure function of seed and step, over epochs without end. Thread-safe.</summary>
/// <remarks>
/// An epoch shuffles the groups and the pairs in each, and deals them out one by one to all its batches, so that no two of a group meet. What is
/// left over is dropped, other pairs in every epoch; so are pairs of a group larger than an epoch has batches.
/// </remarks>
public sealed class PairSampler
{
    private const int KeptEpochs = 2;   // preparing ahead crosses from one to the next

    private readonly int[] _pairs;     // by group
    private readonly int[] _starts;    // of each group in _pairs, and the end
    private readonly ulong _seed;
    private readonly Lock _lock = new();
    private readonly Queue<(long Epoch, int[] Plan)> _plans = [];

    /// <exception cref="InvalidDataException">There are too few pairs of different groups for one batch.</exception>
    public PairSampler(IPairSource source, int batchSize, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 2);
        (BatchSize, _seed) = (batchSize, seed);
        var groups = Enumerable.Range(0, source.Count).GroupBy(source.Group).Select(group => group.ToArray()).ToList();
        _pairs = [.. groups.SelectMany(group => group)];
        _starts = new int[groups.Count + 1];
        for (var group = 0; group < groups.Count; group++)
            _starts[group + 1] = _starts[group] + groups[group].Length;
        BatchesPerEpoch = MostBatches();
        if (BatchesPerEpoch == 0)
            throw new InvalidDataException($"A batch of {batchSize:N0} needs as many pairs of different groups, but the data set has {source.Count:N0} pairs in {groups.Count:N0} groups: use a smaller batch or more pairs.");
    }

    public int BatchSize { get; }

    public int BatchesPerEpoch { get; }

    public ulong Seed => _seed;

    /// <summary>The pairs of a step, counted from 0.</summary>
    public IReadOnlyList<int> Batch(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var (epoch, batch) = Math.DivRem(step, BatchesPerEpoch);
        return Plan(epoch)[(int)(batch * BatchSize)..(int)((batch + 1) * BatchSize)];
    }

    /// <summary>The most full batches without two of a group: B batches take at most B of each.</summary>
    private int MostBatches()
    {
        var (possible, impossible) = (0, (_pairs.Length / BatchSize) + 1);
        while (impossible - possible > 1)
        {
            var batches = (possible + impossible) / 2;
            var taken = 0L;
            for (var group = 0; group + 1 < _starts.Length; group++)
                taken += Math.Min(_starts[group + 1] - _starts[group], batches);
            if (taken >= (long)batches * BatchSize) possible = batches;
            else impossible = batches;
        }
        return possible;
    }

    private int[] Plan(long epoch)
    {
        lock (_lock)
        {
            foreach (var (kept, plan) in _plans)
            {
                if (kept == epoch) return plan;
            }
            if (_plans.Count == KeptEpochs) _plans.Dequeue();
            var made = MakePlan(epoch);
            _plans.Enqueue((epoch, made));
            return made;
        }
    }

    /// <summary>The batches of an epoch, one behind another.</summary>
    private int[] MakePlan(long epoch)
    {
        var random = new SplitMix64(_seed, (ulong)epoch);
        var dealt = Deal(random);
        var order = new int[BatchesPerEpoch];
        for (var batch = 0; batch < order.Length; batch++)
            order[batch] = batch;
        random.Shuffle(order.AsSpan());   // neighbours in a deal hold the same groups
        var plan = new int[BatchesPerEpoch * BatchSize];
        for (var at = 0; at < plan.Length; at++)
            plan[(order[at % BatchesPerEpoch] * BatchSize) + (at / BatchesPerEpoch)] = dealt[at];
        return plan;
    }

    /// <summary>Pairs group by group, of each at most as many as there are batches.</summary>
    private List<int> Deal(SplitMix64 random)
    {
        var groups = new int[_starts.Length - 1];
        for (var group = 0; group < groups.Length; group++)
            groups[group] = group;
        random.Shuffle(groups.AsSpan());
        var dealt = new List<int>(_pairs.Length);
        foreach (var group in groups)
        {
            var members = _pairs[_starts[group].._starts[group + 1]];
            random.Shuffle(members.AsSpan(), BatchesPerEpoch);
            dealt.AddRange(members.AsSpan(0, Math.Min(members.Length, BatchesPerEpoch)));
        }
        return dealt;
    }
}
