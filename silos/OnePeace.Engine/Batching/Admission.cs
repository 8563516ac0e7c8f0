namespace OnePeace.Engine.Batching;

/// <summary>Room in a queue that is held for entries still being prepared. Disposing gives back what was not used.</summary>
public sealed class Admission : IDisposable
{
    private readonly Action<int, long> _release;
    private readonly Lock _gate = new();
    private int _items;
    private long _tokens;

    internal Admission(int items, long tokens, Action<int, long> release)
    {
        _items = items;
        _tokens = tokens;
        _release = release;
    }

    /// <summary>Gives back the room of one entry, because the entry itself now takes it.</summary>
    internal void ReleaseOne()
    {
        long share;
        lock (_gate)
        {
            if (_items == 0) return;
            share = _tokens / _items;
            _items--;
            _tokens -= share;
        }
        _release(1, share);
    }

    public void Dispose()
    {
        int items;
        long tokens;
        lock (_gate) (items, tokens, _items, _tokens) = (_items, _tokens, 0, 0);
        _release(items, tokens);
    }
}
