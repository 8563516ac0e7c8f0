using OnePeace.Engine.Tests.Serving;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests;

public sealed class EngineMetricsTests
{
    [Fact]
    public async Task Every_count_is_there_with_0_before_anything_was_counted()
    {
        using var counts = new MeterCounts();
        await using (Start(new WordModality())) counts.Observe();
        string[] expected =
        [
            .. new[] { "items", "batches", "tokens", "padding", "queue.items", "queue.tokens", "results.hits", "results.misses", "results.evictions", "results.bytes" },
            .. new[] { "encoded", "rejected", "overloaded", "timeout", "cancelled", "failed" }.Select(outcome => $"requests outcome={outcome}"),
            .. new[] { "overloaded", "malformed", "toolarge", "unsupportedformat", "unusable" }.Select(reason => $"rejected reason={reason}"),
            .. new[] { "cancelled", "deadline" }.Select(reason => $"dropped reason={reason}"),
            .. new[] { "true", "false" }.Select(hit => $"residency.requests hit={hit}"),
        ];
        Assert.All(expected, name => Assert.Equal(0, Assert.Contains($"onepeace.engine.{name}", (IDictionary<string, double>)counts.ByTags)));
    }

    [Fact]
    public async Task A_modality_that_is_loaded_has_a_count_of_how_often_it_left()
    {
        using var counts = new MeterCounts();
        await using (var engine = Start(new WordModality())) await engine.EncodeAsync(Words("a"), default);
        Assert.Equal(0, Assert.Contains("onepeace.engine.residency.evictions modality=word", (IDictionary<string, double>)counts.ByTags));
    }

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
        Assert.InRange(sums["onepeace.engine.batches"], 1, 2);   // both words may share one
        Assert.Equal((2, 6, 6), (sums["onepeace.engine.batch.items"], sums["onepeace.engine.batch.tokens"], sums["onepeace.engine.tokens"]));
        Assert.Equal((0, 0), (sums["onepeace.engine.queue.items"], sums["onepeace.engine.queue.tokens"]));
        Assert.True(sums["onepeace.engine.compute"] > 0 && sums["onepeace.engine.wait"] > 0 && sums["onepeace.engine.tensors"] > 0);
    }

    [Fact]
    public async Task Padding_is_counted() =>
        Assert.Equal((4 + 2, 2), await OneBatchAsync(Words("abc"), Words("d")));

    [Fact]
    public async Task The_padding_of_joint_items_is_counted_part_by_part()
    {
        static EncodeWork Joint(params string[] words) => new([new EncodeItem([.. words.Select(word => Word(word).Parts[0])], Fusion.Joint)]);
        Assert.Equal((7 + 7, 2), await OneBatchAsync(Joint("abc", "ab"), Joint("ab", "abc")));   // parts of 4 and 3 tokens, and of 3 and 4
    }

    /// <summary>Tokens and padding of a batch that two requests share.</summary>
    private static async Task<(double Tokens, double Padding)> OneBatchAsync(EncodeWork first, EncodeWork second)
    {
        var words = new WordModality();
        using var sums = new MeterCounts();
        await using var engine = Start(words);
        using var gate = new Gate(words);
        var before = await gate.BlockAsync(engine);
        var alone = sums["onepeace.engine.tokens"];
        var both = new[] { first, second }.Select(work => engine.EncodeAsync(work, default)).ToArray();
        await UntilAsync(() => engine.Waiting == 2);
        gate.Open();
        await Task.WhenAll([before, .. both]);
        return (sums["onepeace.engine.tokens"] - alone, sums["onepeace.engine.padding"]);
    }
}
