using OnePeace.Transformer;

namespace OnePeace.Engine.Residency;

/// <summary>The place of one version's weights on the device: filled when they are needed, emptied when others need the room.</summary>
/// <param name="name">The modality's.</param>
/// <param name="bytes">What the weights take on the device.</param>
/// <param name="load">Makes the module, on a loader's thread; called again after each eviction.</param>
internal sealed class ModalitySeat(string name, long bytes, Func<ModalityModule> load)
{
    private Func<ModalityModule>? _load = load;
    private int _loads;

    public string Name { get; } = name;

    public long Bytes { get; } = bytes;

    /// <summary>The module while it is on the device. Whoever holds a <see cref="Residents"/> with this seat may use it.</summary>
    public ModalityModule? Module { get; internal set; }

    // What follows belongs to the residency and is guarded by its gate.
    internal Task? Loading { get; set; }

    internal int Holders { get; set; }

    internal bool IsClosed { get; set; }

    internal EvictionValue Value { get; } = new(bytes);

    internal bool IsIdle => Module is not null && Holders == 0;

    /// <summary>Whether a load runs; one that was abandoned goes on.</summary>
    internal bool IsBusy => Volatile.Read(ref _loads) > 0;

    internal ModalityModule Load()
    {
        Interlocked.Increment(ref _loads);
        try
        {
            return (_load ?? throw new ObjectDisposedException($"The seat of '{Name}' is closed.")).Invoke();
        }
        finally
        {
            Interlocked.Decrement(ref _loads);
        }
    }

    /// <summary>Forgets how to load, and with it everything of the plugin.</summary>
    internal void Forget() => _load = null;
}
