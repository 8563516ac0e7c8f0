using System.Diagnostics.Metrics;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Listens to what the engine reports of its residency.</summary>
internal sealed class ResidencyProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly AsyncLocal<Asked?> _asked = new();
    private long _evictions;

    /// <summary>Whether the request's weights were there.</summary>
    public sealed class Asked
    {
        public bool Hit { get; set; }
    }

    public ResidencyProbe()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("onepeace.engine.residency.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument.Name, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Loads.Add(TimeSpan.FromSeconds(seconds)));
        _listener.Start();
    }

    public Timings Loads { get; private set; } = new();

    public long Evictions => Interlocked.Read(ref _evictions);

    public void Reset() => (Loads, _evictions) = (new Timings(), 0);

    /// <summary>Follows one request: its measurements are reported where it flows.</summary>
    public Asked Follow() => _asked.Value = new Asked();

    public void Dispose() => _listener.Dispose();

    private void Count(string instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.EndsWith("evictions", StringComparison.Ordinal)) Interlocked.Add(ref _evictions, value);
        else if (instrument.EndsWith("requests", StringComparison.Ordinal) && _asked.Value is { } asked) asked.Hit = tags[0].Value is "true";
    }
}
