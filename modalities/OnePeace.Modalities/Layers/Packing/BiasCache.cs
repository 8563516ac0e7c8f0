using static TorchSharp.torch;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>Attention biases by table and length, the longest unused given up where they take more than a bound; the newest always stays. Thread-safe.</summary>
internal sealed class BiasCache(long mostBytes = 64L << 20) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Table, long Length), Tensor> _biases = [];
    private readonly LinkedList<(int Table, long Length)> _uses = [];
    private long _bytes;

    /// <summary>A handle of the kept tensor, the caller's own; its values outlive their place here.</summary>
    /// <param name="table">Which one.</param>
    /// <param name="length">L.</param>
    /// <param name="compute">Makes it where it is not kept.</param>
    public Tensor Get(int table, long length, Func<Tensor> compute)
    {
        lock (_gate)
        {
            var key = (table, length);
            if (_biases.TryGetValue(key, out var kept)) _uses.Remove(key);
            else Keep(key, kept = compute().DetachFromDisposeScope());
            _uses.AddLast(key);
            return kept.alias();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var bias in _biases.Values) bias.Dispose();
            _biases.Clear();
            _uses.Clear();
        }
    }

    private void Keep((int, long) key, Tensor bias)
    {
        _biases.Add(key, bias);
        _bytes += Bytes(bias);
        while (_bytes > mostBytes && _uses.First is { } oldest)
        {
            _uses.RemoveFirst();
            _biases.Remove(oldest.Value, out var given);
            _bytes -= Bytes(given!);
            given!.Dispose();
        }
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();
}
