using OnePeace.Engine.Residency;

namespace OnePeace.Engine.Tests.Residency;

public sealed class ResidencyOptionsTests
{
    [Fact]
    public void What_an_operator_writes_is_read()
    {
        var options = ResidencyOptions.Parse("2GiB", ["text,image", "imu", "text"], "3");
        Assert.Equal((2L << 30, 3), (options.BudgetBytes, options.ParallelLoads));
        Assert.Equal(["text", "image", "imu"], options.Pinned);
    }

    [Fact]
    public void What_is_left_out_limits_nothing()
    {
        var options = ResidencyOptions.Parse(null, [], null);
        Assert.Equal((0, 2, 0), (options.BudgetBytes, options.ParallelLoads, options.Pinned.Count));
    }

    [Theory]
    [InlineData("much", "text", "1", "--modality-memory", "much")]
    [InlineData("1GB", "Text", "1", "--pin", "Text")]
    [InlineData("1GB", "../x", "1", "--pin", "../x")]
    [InlineData("1GB", "text", "0", "--parallel-loads", "0")]
    [InlineData("1GB", "text", "65", "--parallel-loads", "65")]
    [InlineData("1GB", "text", "two", "--parallel-loads", "two")]
    public void What_cannot_be_read_is_refused_with_its_option(string memory, string pinned, string loads, params string[] said)
    {
        var message = Assert.Throws<FormatException>(() => ResidencyOptions.Parse(memory, [pinned], loads)).Message;
        Assert.All(said, word => Assert.Contains(word, message));
    }
}
