using System.Diagnostics;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Image.Tests;

public class BadImageTests
{
    [Fact]
    public void No_bytes_are_unusable() => AssertRefused(InputFault.Unusable, "0 bytes", []);

    [Theory]
    [InlineData("not an image")]
    [InlineData("x")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    public void Other_formats_are_named_unsupported(string text) =>
        AssertRefused(InputFault.UnsupportedFormat, "JPEG, PNG, WebP, GIF or BMP", System.Text.Encoding.ASCII.GetBytes(text));

    [Theory]
    [InlineData("a_scene.jpg")]
    [InlineData("prog420.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("b_scene.png")]
    [InlineData("gray16.png")]
    [InlineData("palette.png")]
    public void A_file_cut_short_is_unusable(string name)
    {
        var whole = Reference.Input(name);
        foreach (var part in (double[])[0.05, 0.3, 0.5, 0.9])
            AssertRefused(InputFault.Unusable, "cut short", whole[..Math.Max(12, (int)(whole.Length * part))]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void A_header_of_60000_by_60000_is_refused_before_any_pixel(int colours)
    {
        var bomb = PngFile.Write(60_000, 60_000, 16, colours, new byte[1000]);
        Images.Refusal(bomb);
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(InputFault.TooLarge, "60,000 x 60,000", bomb);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_jpeg_frame_of_60000_by_60000_is_refused()
    {
        var bomb = Reference.Input("a_scene.jpg");
        var frame = bomb.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (bomb[frame + 5], bomb[frame + 6], bomb[frame + 7], bomb[frame + 8]) = (0xEA, 0x60, 0xEA, 0x60);
        AssertRefused(InputFault.TooLarge, "60,000 x 60,000", bomb);
    }

    [Fact]
    public void A_jpeg_of_endless_scans_is_refused()
    {
        var whole = Reference.Input("prog420.jpg");
        var scan = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bomb = [.. whole[..scan], .. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 7], 200).SelectMany(bytes => bytes), .. whole[scan..]];
        AssertRefused(InputFault.TooLarge, "scans", bomb);
    }

    [Fact]
    public void Limits_can_be_set()
    {
        var options = new JsonObject { ["max_pixels"] = 160 * 120, ["max_bytes"] = 16_000, ["image_size"] = 64 };
        var narrow = new ImagePreprocessor(new ModalityOptions(options));
        Assert.Equal(17, narrow.Prepare(Reference.Input("a_scene.jpg")).Tokens);
        Assert.Equal(InputFault.TooLarge, Assert.Throws<InvalidInputException>(() => narrow.Prepare(Reference.Input("c_scene.jpg"))).Fault);
        Assert.Contains("16,000", Assert.Throws<InvalidInputException>(() => narrow.Prepare(Reference.Input("b_scene.png"))).Message);
    }

    [Fact]
    public void What_its_decoder_holds_twice_may_have_half_the_pixels()
    {
        var half = new SkiaImageDecoder(new ImageLimits { MaxPixels = 2 * 120 * 90 - 1 });
        half.Open(Reference.Input("b_scene.png")).Dispose();    // 150 x 100
        half.Open(Reference.Input("a_scene.jpg")).Dispose();    // 160 x 120
        Assert.Equal(InputFault.TooLarge, Assert.Throws<InvalidInputException>(() => half.Open(Reference.Input("prog420.jpg"))).Fault);
        var interlaced = PngFile.Write(120, 90, 8, 0, new byte[120 * 90 * 2], interlaced: true);
        Assert.Equal(InputFault.TooLarge, Assert.Throws<InvalidInputException>(() => half.Open(interlaced)).Fault);
        Images.Decoder.Open(interlaced).Dispose();
    }

    [Fact]
    public void Preparing_stops_when_nobody_waits() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Images.Small
            .PrepareAsync(new RawInput(Reference.Input("a_scene.jpg")), new CancellationToken(canceled: true)).GetAwaiter().GetResult());

    private static void AssertRefused(InputFault fault, string words, byte[] encoded)
    {
        var refusal = Images.Refusal(encoded);
        Assert.Equal(fault, refusal.Fault);
        Assert.Contains(words, refusal.Message);
    }
}
