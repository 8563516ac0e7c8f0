using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What the engine of this process reports, until this is disposed.</summary>
internal sealed class EngineMeter : IDisposable
{
    private const string Padding = "onepeace.engine.padding", Tokens = "onepeace.engine.tokens", Compute = "onepeace.engine.compute";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _tokens, _padding;
    private double _computed;

    public EngineMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "OnePeace.Engine", Name: Padding or Tokens or Compute }) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref instrument.Name == Padding ? ref _padding : ref _tokens, value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            lock (_gate) _computed += value;
        });
        _listener.Start();
    }

    /// <summary>Padding, of all tokens that were computed; NaN where there were none.</summary>
    public double PaddingPercent => 100.0 * _padding / (_padding + _tokens);

    /// <summary>The share of the time since the beginning in which a batch was computed, of one slot. The last batches are computed for the callers that are left.</summary>
    public double BusyPercent
    {
        get
        {
            lock (_gate) return 100 * _computed / Stopwatch.GetElapsedTime(_start).TotalSeconds;
        }
    }

    public void Dispose() => _listener.Dispose();
}
