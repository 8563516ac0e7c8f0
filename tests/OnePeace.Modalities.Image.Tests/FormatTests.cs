using SkiaSharp;

namespace OnePeace.Modalities.Image.Tests;

public class FormatTests
{
    [Fact]
    public void Lossless_webp_keeps_its_pixels_and_those_under_alpha()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(20, 10, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        new Random(1).NextBytes(bitmap.GetPixelSpan());
        var expected = bitmap.GetPixelSpan().ToArray().Chunk(4).SelectMany(pixel => pixel.Take(3)).ToArray();
        using var encoded = bitmap.PeekPixels()!.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50))!;
        var decoded = Images.Rgb(encoded.ToArray());
        var visible = bitmap.GetPixelSpan().ToArray().Chunk(4).SelectMany(pixel => Enumerable.Repeat(pixel[3] > 0, 3)).ToArray();
        Assert.All(Enumerable.Range(0, expected.Length).Where(n => visible[n]), n => Assert.Equal(expected[n], decoded[n]));
    }

    [Fact]
    public void A_bitmap_from_bottom_to_top_comes_from_top_to_bottom()
    {
        byte[] bmp =
        [
            .. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0,
            0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0,   // blue first, the last row first
        ];
        Assert.Equal([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10], Images.Rgb(bmp));
    }

    [Theory]
    [InlineData(null)]
    [InlineData((byte)1)]
    public void A_gif_shows_its_palette_even_where_it_is_transparent(byte? transparent)
    {
        byte[] pixels = [0, 1, 2, 3, 1, 1, 0, 2, 3, 3, 1, 0, 2, 1, 0, 3];
        Assert.Equal(pixels.SelectMany(Colour), Images.Rgb(GifFile.Write(4, pixels, transparent)));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData((byte)2, 2)]
    public void What_a_gifs_frame_leaves_uncovered_has_the_transparent_or_first_colour(byte? transparent, byte expected)
    {
        byte[] pixels = [3, 1, 2, 0, 1, 1, 3, 3];
        var uncovered = Enumerable.Repeat(expected, 8);
        Assert.Equal(pixels.Concat(uncovered).SelectMany(Colour), Images.Rgb(GifFile.Write(4, pixels, transparent)));
    }

    [Fact]
    public void An_image_of_one_size_with_the_model_is_not_resampled()
    {
        var pixels = new byte[64 * 64 * 3];
        new Random(2).NextBytes(pixels);
        using var image = Images.Decoder.Open(PngFile.Write(64, 64, 8, 2, [.. pixels.Chunk(192).SelectMany(row => row.Prepend((byte)0))]));
        Assert.Equal(pixels, BicubicResize.ToSquare(image, 64, CancellationToken.None));
    }

    private static byte[] Colour(byte index) => GifFile.Palette[(3 * index)..(3 * index + 3)];
}
