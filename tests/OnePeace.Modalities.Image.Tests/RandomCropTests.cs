using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Image.Tests;

/// <summary>Parts of pictures, drawn at random for training.</summary>
public class RandomCropTests
{
    private const double Half = 0.5;

    private static readonly ImageModality Plugin = new();

    [Theory]
    [InlineData("a_scene.jpg", 160, 120)]   // decoded row by row
    [InlineData("b_scene.png", 150, 100)]   // and as a whole
    public void A_part_is_resized_as_a_picture_of_that_part_alone_is(string name, int width, int height)
    {
        var picture = Reference.Input(name);
        var settings = new JsonObject { ["min_scale"] = 0.2, ["max_scale"] = 0.3, ["min_ratio"] = 0.5, ["max_ratio"] = 2 };
        var wide = (int)Math.Round(Math.Sqrt(width * height * 0.25));   // half way, and as wide as high

        var pixels = Pixels(picture, settings, Draws(Half, Half, 0.25, 0.75));

        var (left, top) = ((int)(0.75 * (width - wide + 1)), (int)(0.25 * (height - wide + 1)));
        Assert.Equal(Images.Small.Pixels(Part(picture, width, left, top, wide, wide)), pixels);
        Assert.NotEqual(Images.Small.Pixels(picture), pixels);
    }

    [Fact]
    public void Area_and_ratio_of_a_part_are_those_drawn()
    {
        var picture = Reference.Input("a_scene.jpg");
        var settings = new JsonObject { ["min_scale"] = 0.24, ["max_scale"] = 0.24, ["min_ratio"] = 0.5, ["max_ratio"] = 2 };
        var (wide, high) = ((int)Math.Round(Math.Sqrt(160 * 120 * 0.24 * 2)), (int)Math.Round(Math.Sqrt(160 * 120 * 0.24 / 2)));   // 96 x 48
        Assert.Equal(Images.Small.Pixels(Part(picture, 160, 0, 0, wide, high)), Pixels(picture, settings, Draws(0, Almost1, 0, 0)));
        Assert.Equal(Images.Small.Pixels(Part(picture, 160, 160 - high, 120 - wide, high, wide)), Pixels(picture, settings, Draws(0, 0, Almost1, Almost1)));
    }

    [Fact]
    public void Of_a_picture_that_no_part_fits_the_middle_is_taken()
    {
        var lines = Enumerable.Range(0, 6).SelectMany(y => (byte[])[0, .. Enumerable.Range(0, 60).SelectMany(x => (byte[])[(byte)(x * 4), (byte)(y * 40), (byte)(x * y)])]);
        var strip = PngFile.Write(60, 6, 8, 2, [.. lines]);
        var random = new Random(1);
        var pixels = Pixels(strip, [], random.NextDouble);
        Assert.Equal(Images.Small.Pixels(Part(strip, 60, (60 - 8) / 2, 0, 8, 6)), pixels);   // 6 high, so 8 wide
    }

    [Fact]
    public void The_same_draws_give_the_same_bytes_and_others_give_others()
    {
        var picture = Reference.Input("a_scene.jpg");
        float[] Drawn(int seed) => Pixels(picture, [], new Random(seed).NextDouble);
        Assert.Equal(Drawn(1), Drawn(1));
        Assert.NotEqual(Drawn(1), Drawn(2));
    }

    [Fact]
    public void Official_parts_hold_nine_tenths_of_the_area_or_more()
    {
        var lines = Enumerable.Range(0, 256).SelectMany(y => (byte[])[0, .. Enumerable.Range(0, 256).SelectMany(x => (byte[])[(byte)x, (byte)y, 0])]);
        var plane = PngFile.Write(256, 256, 8, 2, [.. lines]);   // red tells the column, green the row
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            var pixels = Pixels(plane, [], random.NextDouble).Chunk(64 * 64).ToArray();
            var (wide, high) = (Span(pixels[0], 0.26862954), Span(pixels[1], 0.26130258));
            Assert.InRange(wide * high, 0.86, 1.01);
            Assert.InRange(wide / high, 0.7, 1.4);
        }

        // Of the levels that a side of 64 shows, the outermost lie half a pixel inside.
        static double Span(float[] values, double deviation) => (values.Max() - values.Min()) * deviation * 64 / 63;
    }

    [Fact]
    public void A_picture_that_is_cut_short_is_refused_whichever_part_is_drawn()
    {
        foreach (var name in new[] { "a_scene.jpg", "b_scene.png" })
        {
            var whole = Reference.Input(name);
            var settings = new JsonObject { ["min_scale"] = 0.05, ["max_scale"] = 0.05 };
            var refused = Assert.Throws<InvalidInputException>(() => Pixels(whole[..(whole.Length * 9 / 10)], settings, Draws(0, 0, 0, 0)));
            Assert.Contains("cut short", refused.Message);
        }
    }

    [Theory]
    [InlineData("""{ "min_scal": 0.9 }""", "'min_scal'", "min_scale, max_scale, min_ratio, max_ratio")]
    [InlineData("""{ "min_scale": 0 }""", "'min_scale' and 'max_scale' from 0.01 to 1", "got 0 and 1")]
    [InlineData("""{ "min_scale": 0.9, "max_scale": 0.5 }""", "the first at most the second", "got 0.9 and 0.5")]
    [InlineData("""{ "max_scale": 1.5 }""", "'max_scale'", "1.5")]
    [InlineData("""{ "max_ratio": 11 }""", "'min_ratio' and 'max_ratio' from 0.1 to 10", "and 11")]
    [InlineData("""{ "min_scale": "much" }""", "'min_scale' must be a number", "much")]
    public void A_setting_that_cannot_be_is_told(string settings, params string[] words)
    {
        var options = new ModalityOptions(JsonNode.Parse(settings)!.AsObject());
        var message = Assert.Throws<InvalidDataException>(() => Plugin.CheckAugmentation(options)).Message;
        Assert.All(words, word => Assert.Contains(word, message));
        Assert.Throws<InvalidDataException>(() => Plugin.CreateAugmentingPreprocessor(new ModalityOptions(), options));
    }

    private static double Almost1 => 1 - 1e-12;

    private static float[] Pixels(byte[] encoded, JsonObject settings, Func<double> draw)
    {
        var preprocessor = Plugin.CreateAugmentingPreprocessor(new ModalityOptions(new JsonObject { ["image_size"] = 64 }), new ModalityOptions(settings));
        var prepared = preprocessor.PrepareAsync(new RawInput(encoded), draw, CancellationToken.None).GetAwaiter().GetResult();
        Assert.Equal(17, prepared.Tokens);
        return MemoryMarshal.Cast<byte, float>(Assert.Single(prepared.Fields).Value.Bytes.Span).ToArray();
    }

    private static Func<double> Draws(params double[] numbers)
    {
        var next = 0;
        return () => numbers[next++];
    }

    /// <summary>A picture of a part, as a file of its own.</summary>
    private static byte[] Part(byte[] picture, int width, int left, int top, int wide, int high)
    {
        var rows = Images.Rgb(picture).Chunk(3 * width).Skip(top).Take(high);
        return PngFile.Write(wide, high, 8, 2, [.. rows.SelectMany(row => row[(3 * left)..(3 * (left + wide))].Prepend((byte)0))]);
    }
}
