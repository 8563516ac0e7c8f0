using System.Diagnostics.Metrics;

namespace OnePeace.Engine.Results;

/// <summary>Vectors of what came before, within a bound of bytes; those that were not asked for the longest leave first. Thread-safe.</summary>
internal sealed class ResultCache : IDisposable
{
    /// <summary>What an entry takes besides its vector: key, nodes, headers.</summary>
    private const int Overhead = 240;

    private readonly long _limit;
    private readonly Lock _gate = new();
    private readonly Dictionary<ResultKey, LinkedListNode<(ResultKey Key, Embedding Kept)>> _places = [];
    private readonly LinkedList<(ResultKey Key, Embedding Kept)> _byUse = [];   // the latest first
    private readonly Meter _meter = new(EngineMetrics.MeterName);
    private readonly Counter<long> _hits, _misses, _evictions;
    private long _bytes;

    /// <param name="limit">In bytes; 0: nothing is kept, and the counts stay 0.</param>
    public ResultCache(long limit)
    {
        _limit = limit;
        _hits = _meter.CreateCounter<long>("onepeace.engine.results.hits", "{item}", "Items whose vectors were kept from before.");
        _misses = _meter.CreateCounter<long>("onepeace.engine.results.misses", "{item}", "Items that might have been kept but had to be encoded.");
        _evictions = _meter.CreateCounter<long>("onepeace.engine.results.evictions", "{item}", "Vectors that left to make room for others.");
        _meter.CreateObservableGauge("onepeace.engine.results.bytes", () => Bytes, "By", "Memory of the vectors that are kept.");
        foreach (var counter in new[] { _hits, _misses, _evictions }) counter.Add(0);
    }

    public bool Keeps => _limit > 0;

    public long Bytes => Interlocked.Read(ref _bytes);

    public Embedding? Find(ResultKey key)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(key, out var place))
            {
                _byUse.Remove(place);
                _byUse.AddFirst(place);
                _hits.Add(1);
                return place.Value.Kept;
            }
        }
        _misses.Add(1);
        return null;
    }

    /// <summary>Keeps a result that nobody writes to any more.</summary>
    public void Keep(ResultKey key, Embedding result)
    {
        if (Size(result) > _limit) return;
        lock (_gate)
        {
            if (_places.ContainsKey(key)) return;   // of an equal request at the same time
            _places[key] = _byUse.AddFirst((key, result));
            _bytes += Size(result);
            while (_bytes > _limit) EvictLast();
        }
    }

    public void Dispose() => _meter.Dispose();

    private void EvictLast()
    {
        var (key, kept) = _byUse.Last!.Value;
        _byUse.RemoveLast();
        _places.Remove(key);
        _bytes -= Size(kept);
        _evictions.Add(1);
    }

    private static long Size(Embedding result) => Overhead + ((long)result.Vector.Length * sizeof(float));
}
