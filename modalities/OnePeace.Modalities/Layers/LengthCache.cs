using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers;

/// <summary>What attention biases need, by table and length, as many as fit a bound: those of other lengths that were not used for longest give way, and what does not fit then is not kept. Thread-safe.</summary>
internal sealed class LengthCache(long mostBytes = 64L << 20) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Table, long Length), Tensor> _kept = [];
    private readonly LinkedList<(int Table, long Length)> _uses = [];
    private long _bytes;
    private bool _disposed;

    /// <summary>The tensor, the caller's own; its values outlive their place here.</summary>
    /// <param name="table">Which one.</param>
    /// <param name="length">L.</param>
    /// <param name="compute">Makes it where it is not kept.</param>
    public Tensor Get(int table, long length, Func<Tensor> compute)
    {
        var key = (table, length);
        lock (_gate)
        {
            if (_kept.TryGetValue(key, out var known))
            {
                _uses.Remove(key);
                _uses.AddLast(key);
                return known.alias();
            }
        }
        var made = compute();
        lock (_gate) Keep(key, made);
        return made;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var kept in _kept.Values) kept.Dispose();
            _kept.Clear();
            _uses.Clear();
            _disposed = true;
        }
    }

    private void Keep((int Table, long Length) key, Tensor made)
    {
        var bytes = Bytes(made);
        if (_disposed || bytes > mostBytes) return;
        for (var place = _uses.First; place is not null && _bytes + bytes > mostBytes;)
        {
            var (next, oldest) = (place.Next, place.Value);
            if (oldest.Length != key.Length)   // a layer's table never drives out another layer's of the same pass
            {
                _uses.Remove(place);
                _kept.Remove(oldest, out var given);
                _bytes -= Bytes(given!);
                given!.Dispose();
            }
            place = next;
        }
        if (_bytes + bytes > mostBytes || _kept.ContainsKey(key)) return;
        _kept.Add(key, made.alias().DetachFromDisposeScope());
        _uses.AddLast(key);
        _bytes += bytes;
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();
}
