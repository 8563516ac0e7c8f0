using System.Diagnostics;
using System.Text;

namespace OnePeace.Modalities.Text.Tests;

/// <summary>Measures the processor time of this process: runs alone, and does not mind what else the machine does.</summary>
[CollectionDefinition(nameof(TextCostTests), DisableParallelization = true)]
[Collection(nameof(TextCostTests))]
public class TextCostTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("!")]
    [InlineData(" ")]
    [InlineData("7")]
    [InlineData("\u4E16")]
    [InlineData("\u03A3'")]
    [InlineData("x\u0301")]
    [InlineData("ab")]
    [InlineData("\0")]
    public void Sixty_four_kilobytes_of_one_pattern_cost_little(string pattern)
    {
        var text = string.Concat(Enumerable.Repeat(pattern, 65_536 / Encoding.UTF8.GetByteCount(pattern)));
        var least = Enumerable.Range(0, 5).Min(_ => ProcessorTime(() => Assert.InRange(Texts.Official.Ids(text).Length, 2, 71)));
        Assert.InRange(least.TotalMilliseconds, 0, 500);   // about 20; a merge of quadratic cost takes 2,000
    }

    private static TimeSpan ProcessorTime(Action work)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        work();
        return Process.GetCurrentProcess().TotalProcessorTime - before;
    }
}
