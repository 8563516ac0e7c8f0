namespace OnePeace.Engine.Batching;

/// <summary>A batch while it is formed: what else still fits in.</summary>
internal sealed class BatchPlan<T>
{
    private readonly BatchLimits _limits;
    private readonly List<QueueEntry<T>> _entries;
    private int _shortest, _longest;

    public BatchPlan(BatchLimits limits, QueueEntry<T> first)
    {
        _limits = limits;
        _entries = [first];
        _shortest = _longest = first.Tokens;
    }

    public IReadOnlyList<QueueEntry<T>> Entries => _entries;

    public bool IsFull => _entries.Count >= _limits.MaxBatchItems;

    /// <summary>Adds an entry if the padded batch stays within its budget and the lengths stay similar.</summary>
    public bool TryAdd(QueueEntry<T> entry)
    {
        var (shortest, longest) = (Math.Min(_shortest, entry.Tokens), Math.Max(_longest, entry.Tokens));
        if (IsFull || (long)longest * (_entries.Count + 1) > _limits.MaxBatchTokens || !AreSimilar(shortest, longest)) return false;
        (_shortest, _longest) = (shortest, longest);
        _entries.Add(entry);
        return true;
    }

    /// <summary>Beyond this, two batches cost less than the padding of one.</summary>
    private static bool AreSimilar(int shortest, int longest) => longest <= 1.5 * shortest + 8;
}
