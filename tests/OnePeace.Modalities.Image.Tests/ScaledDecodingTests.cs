using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Image.Tests;

/// <summary>JPEGs that are decoded at a smaller size because the model sees less of them.</summary>
public class ScaledDecodingTests
{
    [Theory]
    [InlineData(15, 20, 15)]      // an eighth
    [InlineData(16, 40, 30)]
    [InlineData(30, 40, 30)]      // a quarter
    [InlineData(60, 80, 60)]      // half
    [InlineData(61, 160, 120)]
    [InlineData(4_000, 160, 120)]
    public void A_JPEG_is_decoded_at_the_smallest_size_that_is_large_enough(int leastSide, int width, int height)
    {
        using var image = new SkiaImageDecoder(new ImageLimits()) { LeastSide = leastSide }.Open(Reference.Input("a_scene.jpg"));
        Assert.Equal((width, height), (image.Width, image.Height));
        for (var row = 0; row < height; row++) Assert.Equal(4 * width, image.Next().Length);
    }

    [Fact]
    public void Its_pixels_are_near_those_of_the_whole_one()
    {
        var picture = Reference.Input("a_scene.jpg");
        var (full, scaled) = (Preprocessor("full").Pixels(picture), Preprocessor("scaled").Pixels(picture));
        Assert.NotEqual(full, scaled);
        Assert.InRange(full.Zip(scaled, (one, other) => Math.Abs(one - other)).Average(), 0, 0.05);   // of deviations of 1
    }

    [Fact]
    public void Other_formats_and_small_pictures_are_decoded_whole()
    {
        Assert.Equal(Preprocessor("full").Pixels(Reference.Input("b_scene.png")), Preprocessor("scaled").Pixels(Reference.Input("b_scene.png")));
        Assert.Equal(Preprocessor("full", 64).Pixels(Reference.Input("a_scene.jpg")), Preprocessor("scaled", 64).Pixels(Reference.Input("a_scene.jpg")));
    }

    [Fact]
    public void Parts_to_train_on_are_cut_from_the_whole_picture()
    {
        var plugin = new ImageModality();
        float[] Part(string decode) => Cut(plugin.CreateAugmentingPreprocessor(Options(decode, 16), new ModalityOptions(new JsonObject { ["min_scale"] = 0.2, ["max_scale"] = 0.3 })));
        Assert.Equal(Part("full"), Part("scaled"));

        static float[] Cut(IAugmentingPreprocessor preprocessor)
        {
            var prepared = preprocessor.PrepareAsync(new RawInput(Reference.Input("a_scene.jpg")), new Random(1).NextDouble, CancellationToken.None);
            Assert.True(prepared.IsCompleted);
            return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(prepared.GetAwaiter().GetResult().Fields[0].Value.Bytes.Span).ToArray();
        }
    }

    [Fact]
    public void Another_way_to_decode_is_refused() =>
        Assert.Contains("'decode' must be 'full' or 'scaled', but is 'half'", Assert.Throws<InvalidDataException>(() => Preprocessor("half")).Message);

    private static ImagePreprocessor Preprocessor(string decode, int side = 16) => new(Options(decode, side));

    private static ModalityOptions Options(string decode, int side) => new(new JsonObject { ["image_size"] = side, ["decode"] = decode });
}
