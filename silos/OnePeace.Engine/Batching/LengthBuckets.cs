namespace OnePeace.Engine.Batching;

/// <summary>Entries of one lane by their length; those of one length in the order of their turns.</summary>
internal sealed class LengthBuckets<T>
{
    private static readonly IComparer<QueueEntry<T>> ByTurn = Comparer<QueueEntry<T>>.Create((a, b) => a.Turn.CompareTo(b.Turn));

    private readonly SortedList<int, SortedSet<QueueEntry<T>>> _lengths = [];

    public bool IsEmpty => _lengths.Count == 0;

    public void Add(QueueEntry<T> entry)
    {
        if (!_lengths.TryGetValue(entry.Tokens, out var bucket)) _lengths[entry.Tokens] = bucket = Bucket();
        bucket.Add(entry);
    }

    public void Remove(QueueEntry<T> entry)
    {
        var bucket = _lengths[entry.Tokens];
        bucket.Remove(entry);
        if (bucket.Count == 0) _lengths.Remove(entry.Tokens);
    }

    /// <summary>All of them, the most similar to this length first.</summary>
    public IEnumerable<QueueEntry<T>> Nearest(int length)
    {
        var longer = IndexFrom(length);
        for (var shorter = longer - 1; shorter >= 0 || longer < _lengths.Count;)
        {
            var isLonger = shorter < 0 || (longer < _lengths.Count && _lengths.Keys[longer] - length <= length - _lengths.Keys[shorter]);
            foreach (var entry in _lengths.Values[isLonger ? longer++ : shorter--]) yield return entry;
        }
    }

    public static SortedSet<QueueEntry<T>> Bucket() => new(ByTurn);

    /// <summary>Of the first bucket that is not shorter.</summary>
    private int IndexFrom(int length)
    {
        var (low, high) = (0, _lengths.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_lengths.Keys[middle] < length) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
