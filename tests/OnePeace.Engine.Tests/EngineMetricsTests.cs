using OnePeace.Engine.Tests.Serving;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests;

public sealed class EngineMetricsTests
{
    [Fact]
    public async Task Requests_batches_and_rejections_are_counted()
    {
        using var sums = new MeterCounts();
        await using (var engine = Start(new WordModality()))
        {
            await engine.EncodeAsync(Words("abc", "d"), default);
            await Assert.ThrowsAsync<ItemRejectedException>(() => engine.EncodeAsync(Words(WordModality.Unusable), default));
            sums.Observe();
        }
        Assert.Equal((2, 2, 1), (sums["onepeace.engine.requests"], sums["onepeace.engine.items"], sums["onepeace.engine.rejected"]));
        Assert.Equal((2, 6, 6), (sums["onepeace.engine.batch.items"], sums["onepeace.engine.batch.tokens"], sums["onepeace.engine.tokens"]));
        Assert.Equal((0, 0), (sums["onepeace.engine.queue.items"], sums["onepeace.engine.queue.tokens"]));
        Assert.True(sums["onepeace.engine.compute"] > 0 && sums["onepeace.engine.wait"] > 0 && sums["onepeace.engine.tensors"] > 0);
    }

    [Fact]
    public async Task Padding_is_counted()
    {
        var words = new WordModality();
        using var sums = new MeterCounts();
        await using var engine = Start(words);
        using var gate = new Gate(words);
        var first = await gate.BlockAsync(engine);
        var both = new[] { "abc", "d" }.Select(word => engine.EncodeAsync(Words(word), default)).ToArray();
        await UntilAsync(() => engine.Waiting == 2);
        gate.Open();
        await Task.WhenAll([first, .. both]);
        Assert.Equal((6 + 6, 2), (sums["onepeace.engine.tokens"], sums["onepeace.engine.padding"]));   // one batch of 4 and 2 tokens
    }
}
