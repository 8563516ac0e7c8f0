namespace OnePeace.Engine.Batching;

/// <summary>One tenant's entries, the one that is due first at the head, and what the tenant has had of the device.</summary>
/// <param name="name">The tenant's.</param>
/// <param name="number">How many came before it.</param>
/// <param name="served">What those had who waited all the time, in tokens: it begins there.</param>
internal sealed class TenantQueue<T>(string name, long number, double served)
{
    private readonly SortedSet<QueueEntry<T>> _entries = LengthBuckets<T>.Bucket();
    private readonly Dictionary<string, LengthBuckets<T>> _lanes = new(StringComparer.Ordinal);
    private double _served = served;

    public string Name { get; } = name;

    /// <summary>The smallest is next. One that has just come goes before those that had as much.</summary>
    public (double Served, long Number) Turn => (_served, -number);

    public bool IsEmpty => _entries.Count == 0;

    public QueueEntry<T> First => _entries.Min!;

    public IEnumerable<QueueEntry<T>> Entries => _entries;

    public void Add(QueueEntry<T> entry)
    {
        _entries.Add(entry);
        if (!_lanes.TryGetValue(entry.Lane, out var lane)) _lanes[entry.Lane] = lane = new();
        lane.Add(entry);
        entry.IsQueued = true;
    }

    /// <summary>False if it is not there any more.</summary>
    public bool Remove(QueueEntry<T> entry)
    {
        if (!entry.IsQueued) return false;
        entry.IsQueued = false;
        _entries.Remove(entry);
        var lane = _lanes[entry.Lane];
        lane.Remove(entry);
        if (lane.IsEmpty) _lanes.Remove(entry.Lane);
        return true;
    }

    public void Serve(long tokens, double most) => _served = Math.Min(_served + tokens, most);

    /// <summary>Entries that could join a batch begun with <paramref name="first"/>, those of the most similar length first.</summary>
    public IEnumerable<QueueEntry<T>> Offers(QueueEntry<T> first) =>
        _lanes.TryGetValue(first.Lane, out var lane) ? lane.Nearest(first.Tokens).Where(e => e != first) : [];
}
