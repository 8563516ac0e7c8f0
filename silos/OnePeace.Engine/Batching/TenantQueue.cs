namespace OnePeace.Engine.Batching;

/// <summary>One tenant's entries, oldest first, and its credit in tokens. Negative credit is debt for riding along in others' batches.</summary>
internal sealed class TenantQueue<T>(string name)
{
    private readonly LinkedList<QueueEntry<T>> _entries = [];

    public string Name { get; } = name;

    public long Credit { get; private set; }

    public bool IsEmpty => _entries.Count == 0;

    public QueueEntry<T> Oldest => _entries.First!.Value;

    public IEnumerable<QueueEntry<T>> Entries => _entries;

    public void Add(QueueEntry<T> entry) => entry.Place = _entries.AddLast(entry);

    /// <summary>False if it is not there any more.</summary>
    public bool Remove(QueueEntry<T> entry)
    {
        if (entry.Place is not { } place) return false;
        _entries.Remove(place);
        entry.Place = null;
        return true;
    }

    public void Earn(long tokens) => Credit += tokens;

    /// <summary>Debt has a floor: capacity that nobody else wanted is not held against anyone for long.</summary>
    public void Pay(long tokens, long mostDebt) => Credit = Math.Max(-mostDebt, Credit - tokens);

    /// <summary>Entries that could join a batch begun with <paramref name="first"/>, those of the most similar length first.</summary>
    public IEnumerable<QueueEntry<T>> Offers(QueueEntry<T> first) =>
        _entries.Where(e => e != first && e.Lane == first.Lane).OrderBy(e => Math.Abs((long)e.Tokens - first.Tokens));
}
