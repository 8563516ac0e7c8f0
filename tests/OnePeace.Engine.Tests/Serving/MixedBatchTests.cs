using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>Real adaptors of real plugins, fed with generated inputs.</summary>
public sealed class MixedBatchTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    public async Task Items_of_three_modalities_in_one_request_equal_each_alone(int count)
    {
        using var catalogue = PluginCatalogue.BesideExecutable();
        await using var engine = Start(GeneratedModality.All(catalogue));
        var items = Enumerable.Range(0, count).Select(i => new EncodeItem([Part(i, i)])).ToArray();
        await AssertEqualAloneAsync(engine, items);
    }

    [Fact]
    public async Task Joint_items_of_any_modalities_equal_each_alone()
    {
        using var catalogue = PluginCatalogue.BesideExecutable();
        await using var engine = Start(GeneratedModality.All(catalogue));
        var items = Enumerable.Range(0, 16)
            .Select(i => new EncodeItem(i % 4 == 3 ? [Part(0, i), Part(1, i), Part(2, i)] : [Part(i % 4, i), Part((i % 4) + 1, i)], Fusion.Joint)).ToArray();
        await AssertEqualAloneAsync(engine, items);
    }

    private static EncodePart Part(int modality, int seed) => new(GeneratedModality.Names[modality % 3], BitConverter.GetBytes(seed));

    private static async Task AssertEqualAloneAsync(EncodingEngine engine, EncodeItem[] items)
    {
        var together = await engine.EncodeAsync(new EncodeWork(items), default);
        for (var i = 0; i < items.Length; i++)
        {
            var alone = await engine.EncodeAsync(new EncodeWork([items[i]]), default);
            EncodingEngineTests.AssertClose(alone[0].Vector, together[i].Vector);
        }
    }
}
