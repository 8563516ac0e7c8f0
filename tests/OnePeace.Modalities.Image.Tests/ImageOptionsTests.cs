using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Image.Tests;

public class ImageOptionsTests
{
    [Fact]
    public void The_side_is_the_option_else_the_tasks_else_256()
    {
        var task = new JsonObject { ["patch_image_size"] = 96 };
        Assert.Equal([3L, 256, 256], Shape(new ModalityOptions()));
        Assert.Equal([3L, 96, 96], Shape(new ModalityOptions(new JsonObject { ["task"] = task })));
        Assert.Equal([3L, 32, 32], Shape(new ModalityOptions(new JsonObject { ["task"] = task.DeepClone(), ["image_size"] = 32 })));
    }

    [Fact]
    public void An_image_costs_its_patches_and_cls()
    {
        var prepared = Images.Preprocessor(224).Prepare(Reference.Input("one.png"));
        Assert.Equal(14 * 14 + 1, prepared.Tokens);
        Assert.Equal("pixels", Assert.Single(prepared.Fields).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-16)]
    [InlineData(100)]
    [InlineData(1 << 20)]
    public void Sides_that_patches_do_not_fill_are_refused(int side) =>
        Assert.Contains("image_size", Assert.Throws<InvalidDataException>(() => Images.Preprocessor(side)).Message);

    [Fact]
    public void Another_decoder_can_be_plugged_in()
    {
        var preprocessor = new ImagePreprocessor(new ModalityOptions(new JsonObject { ["image_size"] = 16 }), new WhiteDecoder());
        var white = (1f - 0.48145466f) / 0.26862954f;
        Assert.All(preprocessor.Pixels([1])[..256], value => Assert.Equal(white, value));
    }

    private static IReadOnlyList<long> Shape(ModalityOptions options) =>
        new ImagePreprocessor(options).Prepare(Reference.Input("one.png")).Fields[0].Value.Shape;

    private sealed class WhiteDecoder : IImageDecoder, IImageRows
    {
        public int Width => 3;

        public int Height => 5;

        public IImageRows Open(ReadOnlyMemory<byte> encoded) => this;

        public ReadOnlySpan<byte> Next() => Enumerable.Repeat(byte.MaxValue, 4 * Width).ToArray();

        public void Dispose() { }
    }
}
