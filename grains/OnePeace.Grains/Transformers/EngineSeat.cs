using OnePeace.Contracts.Transformers;
using OnePeace.Engine;

namespace OnePeace.Grains.Transformers;

/// <summary>Where a silo's engine sits: empty while it loads, closed once it drains. Thread-safe.</summary>
public sealed class EngineSeat(TimeProvider time)
{
    private readonly TaskCompletionSource<IEncodingEngine> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Occupancy _now = new(TransformerState.Loading, null, default);

    /// <summary>Completes when the engine serves, or fails with the reason why it never will.</summary>
    public Task<IEncodingEngine> Loaded => _loaded.Task;

    internal Occupancy Now => _now;

    /// <summary>The engine serves from now on; false where the silo began to drain while it loaded.</summary>
    public bool Occupy(IEncodingEngine engine)
    {
        var loading = _now;
        if (loading.State != TransformerState.Loading
            || Interlocked.CompareExchange(ref _now, new Occupancy(TransformerState.Ready, engine, time.GetUtcNow()), loading) != loading)
            return false;
        return _loaded.TrySetResult(engine);
    }

    /// <summary>The engine could not be loaded, or its device is lost.</summary>
    public void Fail(Exception reason)
    {
        _now = new Occupancy(TransformerState.Failed, null, time.GetUtcNow());
        _loaded.TrySetException(reason);
    }

    /// <summary>Takes no new requests; those inside finish.</summary>
    public void Drain()
    {
        _now = _now with { State = TransformerState.Draining };
        _loaded.TrySetCanceled();
    }

    internal sealed record Occupancy(TransformerState State, IEncodingEngine? Engine, DateTimeOffset Since);
}
