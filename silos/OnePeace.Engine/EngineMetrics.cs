using System.Diagnostics.Metrics;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Serving;
using OnePeace.Transformer;

namespace OnePeace.Engine;

/// <summary>What an engine reports to the meter <see cref="MeterName"/>.</summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "OnePeace.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests, _items, _tokens, _padding, _dropped, _rejected;
    private readonly Histogram<int> _batchItems;
    private readonly Histogram<long> _batchTokens;
    private readonly Histogram<double> _wait, _compute;

    public EngineMetrics(BatchQueue<EncodeJob> queue)
    {
        _requests = _meter.CreateCounter<long>("onepeace.engine.requests", "{request}", "Requests by how they ended.");
        _items = _meter.CreateCounter<long>("onepeace.engine.items", "{item}", "Items that were answered, computed or kept from before.");
        _tokens = _meter.CreateCounter<long>("onepeace.engine.tokens", "{token}", "Tokens computed for inputs.");
        _padding = _meter.CreateCounter<long>("onepeace.engine.padding", "{token}", "Tokens computed for nothing, because a batch's other inputs are longer.");
        _dropped = _meter.CreateCounter<long>("onepeace.engine.dropped", "{item}", "Waiting inputs that nobody waited for any more.");
        _rejected = _meter.CreateCounter<long>("onepeace.engine.rejected", "{request}", "Requests refused: bad input or overload.");
        _batchItems = _meter.CreateHistogram<int>("onepeace.engine.batch.items", "{item}", "Inputs in a batch.");
        _batchTokens = _meter.CreateHistogram<long>("onepeace.engine.batch.tokens", "{token}", "Tokens in a batch, without padding.");
        _wait = _meter.CreateHistogram<double>("onepeace.engine.wait", "s", "From queueing to the start of the batch.");
        _compute = _meter.CreateHistogram<double>("onepeace.engine.compute", "s", "A batch on the device.");
        _meter.CreateObservableGauge("onepeace.engine.queue.items", () => queue.Count, "{item}", "Inputs that wait.");
        _meter.CreateObservableGauge("onepeace.engine.queue.tokens", () => queue.Tokens, "{token}", "Tokens that wait.");
        _meter.CreateObservableGauge("onepeace.engine.tensors", () => TensorCensus.Live, "{tensor}", "Live tensors of the process.");
    }

    public void Finished(string outcome) => _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Encoded(int items) => _items.Add(items);

    public void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Rejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void BatchTaken(TakenBatch<EncodeJob> batch, long timestamp, TimeProvider time)
    {
        _batchItems.Record(batch.Entries.Count);
        _batchTokens.Record(batch.Tokens);
        _tokens.Add(batch.Tokens);
        _padding.Add(batch.Padding);
        foreach (var entry in batch.Entries) _wait.Record(time.GetElapsedTime(entry.QueuedAt, timestamp).TotalSeconds);
    }

    public void BatchComputed(TimeSpan duration) => _compute.Record(duration.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
