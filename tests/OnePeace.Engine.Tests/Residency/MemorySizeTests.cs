using OnePeace.Engine.Residency;

namespace OnePeace.Engine.Tests.Residency;

public sealed class MemorySizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("4096B", 4096)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("500mib", 500L << 20)]
    [InlineData(" 1.5 GB ", 1_500_000_000)]
    [InlineData("0.5KiB", 512)]
    [InlineData("3TB", 3_000_000_000_000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_size_is_bytes(string text, long bytes) => Assert.Equal(bytes, MemorySize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("-2GiB")]
    [InlineData("GiB")]
    [InlineData("2 gigabytes")]
    [InlineData("2G")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("1,5GB")]
    [InlineData("0x10")]
    [InlineData("9223372036854775808")]
    [InlineData("9999999999TiB")]
    [InlineData("9000000000000000000TiB")]
    [InlineData("8388608TiB")]
    [InlineData("99999999999999999999999999GiB")]
    public void What_is_no_size_is_refused_by_name(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => MemorySize.Parse(text)).Message);

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1024, "1KiB")]
    [InlineData(3L << 29, "1.5GiB")]
    public void A_size_is_written_as_it_is_read(long bytes, string text)
    {
        Assert.Equal(text, MemorySize.Text(bytes));
        Assert.Equal(bytes, MemorySize.Parse(text));
    }
}
