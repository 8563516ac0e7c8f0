using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Image.Tests;

/// <summary>Shorthand for decoding and preparing one image.</summary>
internal static class Images
{
    public static SkiaImageDecoder Decoder { get; } = new(new ImageLimits());

    public static ImagePreprocessor Small { get; } = Preprocessor(64);

    public static ImagePreprocessor Preprocessor(int side) => new(new ModalityOptions(new JsonObject { ["image_size"] = side }));

    public static byte[] Rgb(byte[] encoded)
    {
        using var image = Decoder.Open(encoded);
        var rgb = new List<byte>(3 * image.Width * image.Height);
        for (var y = 0; y < image.Height; y++)
        {
            foreach (var pixel in image.Next().ToArray().Chunk(4))
                rgb.AddRange(pixel.AsSpan(0, 3));
        }
        return [.. rgb];
    }

    public static PreparedInput Prepare(this ImagePreprocessor preprocessor, byte[] encoded)
    {
        var prepared = preprocessor.PrepareAsync(new RawInput(encoded), CancellationToken.None);
        Assert.True(prepared.IsCompleted);
        return prepared.GetAwaiter().GetResult();
    }

    public static float[] Pixels(this ImagePreprocessor preprocessor, byte[] encoded) =>
        MemoryMarshal.Cast<byte, float>(Assert.Single(preprocessor.Prepare(encoded).Fields).Value.Bytes.Span).ToArray();

    public static InvalidInputException Refusal(byte[] encoded) => Assert.Throws<InvalidInputException>(() => Small.Prepare(encoded));
}
