using System.Text;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Text.Tests;

public class TextLimitsTests
{
    [Fact]
    public void Text_that_is_not_utf8_is_malformed()
    {
        foreach (byte[] bytes in (byte[][])[[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80]])
            Assert.Equal(InputFault.Malformed, Assert.Throws<InvalidInputException>(() => Texts.Official.Prepare(bytes)).Fault);
    }

    [Fact]
    public void Text_beyond_the_limit_is_refused_before_any_work()
    {
        var bytes = Enumerable.Repeat((byte)0xFF, 1 << 20).ToArray();   // not even UTF-8
        var refusal = Assert.Throws<InvalidInputException>(() => Texts.Official.Prepare(bytes));
        Assert.Equal(InputFault.TooLarge, refusal.Fault);
        Assert.Contains("65,536", refusal.Message);
        var small = new TextPreprocessor(new ModalityOptions(new JsonObject { ["max_bytes"] = 3 }));
        Assert.Equal(2, small.Ids("cow").Length);
        Assert.Equal(InputFault.TooLarge, Assert.Throws<InvalidInputException>(() => small.Ids("cows")).Fault);
    }

    [Fact]
    public void Texts_of_random_code_points_always_encode()
    {
        var random = new Random(11);
        for (var n = 0; n < 2_000; n++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Anything(random).ToString()));
            var ids = Texts.Official.Ids(text);
            Assert.Equal(2, ids[^1]);
            Assert.All(ids, id => Assert.InRange(id, 2, 50_263));
        }
    }

    private static Rune Anything(Random random) =>
        Rune.TryCreate(random.Next(4) == 0 ? random.Next(0x110000) : random.Next(0x250), out var rune) ? rune : new Rune(' ');
}
