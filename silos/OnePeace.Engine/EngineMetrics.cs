using System.Diagnostics.Metrics;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Serving;
using OnePeace.Modalities;
using OnePeace.Transformer;

namespace OnePeace.Engine;

/// <summary>What an engine reports to the meter <see cref="MeterName"/>. Every count is there from the start, with 0.</summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "OnePeace.Engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests, _items, _batches, _tokens, _padding, _dropped, _rejected;
    private readonly Histogram<int> _batchItems;
    private readonly Histogram<long> _batchTokens;
    private readonly Histogram<double> _wait, _compute;

    public EngineMetrics(BatchQueue<EncodeJob> queue)
    {
        _requests = _meter.CreateCounter<long>("onepeace.engine.requests", "{request}", "Requests by how they ended.");
        _items = _meter.CreateCounter<long>("onepeace.engine.items", "{item}", "Items that were answered, computed or kept from before.");
        _batches = _meter.CreateCounter<long>("onepeace.engine.batches", "{batch}", "Batches that were begun.");
        _tokens = _meter.CreateCounter<long>("onepeace.engine.tokens", "{token}", "Tokens computed for inputs.");
        _padding = _meter.CreateCounter<long>("onepeace.engine.padding", "{token}", "Tokens computed for nothing, because a batch's other inputs are longer.");
        _dropped = _meter.CreateCounter<long>("onepeace.engine.dropped", "{item}", "Waiting inputs that nobody waited for any more.");
        _rejected = _meter.CreateCounter<long>("onepeace.engine.rejected", "{request}", "Requests refused: bad input or overload.");
        _batchItems = _meter.CreateHistogram<int>("onepeace.engine.batch.items", "{item}", "Inputs in a batch.", advice: HistogramBuckets.Items);
        _batchTokens = _meter.CreateHistogram<long>("onepeace.engine.batch.tokens", "{token}", "Tokens in a batch, without padding.", advice: HistogramBuckets.Tokens);
        _wait = _meter.CreateHistogram<double>("onepeace.engine.wait", "s", "From queueing to the start of the batch.", advice: HistogramBuckets.Seconds);
        _compute = _meter.CreateHistogram<double>("onepeace.engine.compute", "s", "A batch on the device.", advice: HistogramBuckets.Seconds);
        _meter.CreateObservableGauge("onepeace.engine.queue.items", () => queue.Count, "{item}", "Inputs that wait.");
        _meter.CreateObservableGauge("onepeace.engine.queue.tokens", () => queue.Tokens, "{token}", "Tokens that wait.");
        _meter.CreateObservableGauge("onepeace.engine.tensors", () => TensorCensus.Live, "{tensor}", "Live tensors of the process.");
        CountNothing();
    }

    public void Finished(RequestOutcome outcome) => _requests.Add(1, Tag("outcome", outcome));

    public void Encoded(int items) => _items.Add(items);

    public void Dropped(DropReason reason) => _dropped.Add(1, Tag("reason", reason));

    public void Rejected(InputFault fault) => _rejected.Add(1, Tag("reason", fault));

    public void Overloaded() => _rejected.Add(1, Tag("reason", RequestOutcome.Overloaded));

    public void BatchTaken(TakenBatch<EncodeJob> batch, long timestamp, TimeProvider time)
    {
        _batches.Add(1);
        _batchItems.Record(batch.Entries.Count);
        _batchTokens.Record(batch.Tokens);
        _tokens.Add(batch.Tokens);
        _padding.Add(batch.Padding);
        foreach (var entry in batch.Entries) _wait.Record(time.GetElapsedTime(entry.QueuedAt, timestamp).TotalSeconds);
    }

    public void BatchComputed(TimeSpan duration) => _compute.Record(duration.TotalSeconds);

    public void Dispose() => _meter.Dispose();

    private void CountNothing()
    {
        foreach (var counter in new[] { _items, _batches, _tokens, _padding }) counter.Add(0);
        foreach (var outcome in Enum.GetValues<RequestOutcome>()) _requests.Add(0, Tag("outcome", outcome));
        foreach (var reason in Enum.GetValues<DropReason>()) _dropped.Add(0, Tag("reason", reason));
        foreach (var fault in Enum.GetValues<InputFault>()) _rejected.Add(0, Tag("reason", fault));
        _rejected.Add(0, Tag("reason", RequestOutcome.Overloaded));
    }

    private static KeyValuePair<string, object?> Tag<T>(string name, T value) where T : struct, Enum => new(name, value.ToString().ToLowerInvariant());
}
