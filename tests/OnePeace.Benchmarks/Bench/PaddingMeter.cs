using System.Diagnostics.Metrics;

namespace OnePeace.Benchmarks.Bench;

/// <summary>How much padding the engine of this process computes, until it is disposed.</summary>
internal sealed class PaddingMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _tokens, _padding;

    public PaddingMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "OnePeace.Engine", Name: "onepeace.engine.tokens" or "onepeace.engine.padding" }) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name.EndsWith("padding", StringComparison.Ordinal)) Interlocked.Add(ref _padding, value);
            else Interlocked.Add(ref _tokens, value);
        });
        _listener.Start();
    }

    /// <summary>Of all tokens; NaN where there were none.</summary>
    public double Percent => 100.0 * _padding / (_padding + _tokens);

    public void Dispose() => _listener.Dispose();
}
