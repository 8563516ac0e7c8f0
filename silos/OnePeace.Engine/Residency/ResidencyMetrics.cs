using System.Diagnostics.Metrics;

namespace OnePeace.Engine.Residency;

/// <summary>What is reported of the residency, to the engine's meter.</summary>
internal sealed class ResidencyMetrics : IDisposable
{
    private readonly Meter _meter = new(EngineMetrics.MeterName);
    private readonly Counter<long> _asked, _evicted;
    private readonly Histogram<double> _loaded;

    public ResidencyMetrics(Func<long> usedBytes)
    {
        _asked = _meter.CreateCounter<long>("onepeace.engine.residency.requests", "{request}", "Inputs by whether their modalities were on the device.");
        _evicted = _meter.CreateCounter<long>("onepeace.engine.residency.evictions", "{modality}", "Modalities that made room.");
        _loaded = _meter.CreateHistogram<double>("onepeace.engine.residency.load", "s", "From a modality's file to the device.", advice: HistogramBuckets.Seconds);
        _meter.CreateObservableGauge("onepeace.engine.residency.bytes", usedBytes, "By", "Weights of modalities on the device.");
        foreach (var hit in new[] { true, false }) _asked.Add(0, Hit(hit));
    }

    public void Asked(bool hit) => _asked.Add(1, Hit(hit));

    public void Evicted(string name) => _evicted.Add(1, Modality(name));

    public void Loaded(string name, TimeSpan duration)
    {
        _loaded.Record(duration.TotalSeconds, Modality(name));
        _evicted.Add(0, Modality(name));   // what can leave from now on has a count of how often it did
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Hit(bool hit) => new("hit", hit ? "true" : "false");

    private static KeyValuePair<string, object?> Modality(string name) => new("modality", name);
}
