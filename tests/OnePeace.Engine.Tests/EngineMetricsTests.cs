using System.Diagnostics.Metrics;
using OnePeace.Engine.Tests.Serving;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests;

public sealed class EngineMetricsTests
{
    [Fact]
    public async Task Requests_batches_and_rejections_are_counted()
    {
        var sums = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "OnePeace.Engine") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        await using (var engine = Start(new WordModality()))
        {
            await engine.EncodeAsync(Words("abc", "d"), default);
            await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(Words(WordModality.Unusable), default));
            listener.RecordObservableInstruments();
        }
        Assert.Equal((2, 2, 1), (sums["onepeace.engine.requests"], sums["onepeace.engine.items"], sums["onepeace.engine.rejected"]));
        Assert.Equal((2, 6), (sums["onepeace.engine.batch.items"], sums["onepeace.engine.batch.tokens"]));
        Assert.Equal(2, sums["onepeace.engine.batch.padding"]);   // two words of 4 and 2 tokens, padded to 4
        Assert.Equal((0, 0), (sums["onepeace.engine.queue.items"], sums["onepeace.engine.queue.tokens"]));
        Assert.True(sums["onepeace.engine.compute"] > 0 && sums["onepeace.engine.wait"] > 0 && sums["onepeace.engine.tensors"] > 0);

        void Add(Instrument instrument, double value) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
    }
}
