using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OnePeace.Engine.Tests;

/// <summary>Sums of what engines report while this lives.</summary>
internal sealed class MeterCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly MeterListener _listener = new();

    public MeterCounts()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "OnePeace.Engine") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public double this[string name] => _sums.GetValueOrDefault(name);

    /// <summary>All that was reported, with its tags, if only as 0: <c>name tag=value</c>.</summary>
    public ConcurrentDictionary<string, double> ByTags { get; } = new();

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        var named = instrument.Name;
        foreach (var (tag, of) in tags) named += $" {tag}={of}";
        ByTags.AddOrUpdate(named, value, (_, sum) => sum + value);
    }
}
