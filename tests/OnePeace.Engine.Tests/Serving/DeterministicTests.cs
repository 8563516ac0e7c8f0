using OnePeace.Engine.Plugins;
using static OnePeace.Engine.Tests.Serving.TestEngines;

namespace OnePeace.Engine.Tests.Serving;

public sealed class DeterministicTests
{
    [Fact]
    public async Task Vectors_are_the_same_to_the_bit_whatever_else_is_asked_for()
    {
        var options = new EngineOptions { Device = "cpu", Deterministic = true, Slots = 2 };
        using var catalogue = PluginCatalogue.BesideExecutable();
        await using var engine = Start(GeneratedModality.All(catalogue), options);
        var items = Items(48);
        var together = await engine.EncodeAsync(new EncodeWork(items), default);
        for (var i = 0; i < items.Length; i++)
            Assert.Equal((await engine.EncodeAsync(new EncodeWork([items[i]]), default))[0].Vector, together[i].Vector);
        Assert.Equal((true, 2), (engine.Describe().IsDeterministic, engine.Describe().Slots));
    }

    private static EncodeItem[] Items(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new EncodeItem([new EncodePart(GeneratedModality.Names[i % 3], BitConverter.GetBytes(i))]))];
}
