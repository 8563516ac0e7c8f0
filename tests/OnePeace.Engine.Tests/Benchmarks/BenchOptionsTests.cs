using OnePeace.Benchmarks.Bench;

namespace OnePeace.Engine.Tests.Benchmarks;

/// <summary>How <c>onepeace bench</c> is told what to measure.</summary>
public sealed class BenchOptionsTests
{
    [Fact]
    public void Without_options_everything_is_measured()
    {
        var options = BenchOptions.Parse([]);
        Assert.Equal(BenchOptions.Sections, options.Only);
        Assert.Equal((("base", 3, false), TimeSpan.FromSeconds(3)), ((options.Size, options.Repeats, options.Check), options.Window));
    }

    [Fact]
    public void Options_say_what_and_how_long()
    {
        var options = BenchOptions.Parse(["--only", "bare,http", "--modalities", "image", "--dtype", "bfloat16", "--seconds", "0.5", "--repeats", "7", "--threads", "1", "--onnx-image", "/x/i.onnx"]);
        Assert.Equal(["bare", "http"], options.Only);
        Assert.Equal(["image", "bfloat16"], options.Modalities.Concat(options.DataTypes));
        Assert.Equal((TimeSpan.FromSeconds(0.5), 7, 1, "/x/i.onnx"), (options.Window, options.Repeats, options.Threads, options.Onnx["image"]));
    }

    [Fact]
    public void A_check_is_short_and_what_it_is_told_beside_goes_before()
    {
        var options = BenchOptions.Parse(["--check", "--repeats", "2"]);
        Assert.Equal((true, "small", 2), (options.Check, options.Size, options.Repeats));
    }

    [Theory]
    [InlineData("--only", "everything")]
    [InlineData("--only", ",")]
    [InlineData("--seconds", "0")]
    [InlineData("--repeats", "1.5")]
    [InlineData("--unknown", "1")]
    [InlineData("--size")]
    [InlineData("text", "image")]
    public void What_cannot_be_understood_is_refused(params string[] arguments) => Assert.Throws<FormatException>(() => BenchOptions.Parse(arguments));
}
