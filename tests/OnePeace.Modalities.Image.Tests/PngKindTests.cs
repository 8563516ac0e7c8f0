namespace OnePeace.Modalities.Image.Tests;

public class PngKindTests
{
    private const int Side = 16;

    [Theory]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    public void Colours_of_16_bits_keep_their_high_byte(int colours, int channels)
    {
        var values = RandomBytes(Side * Side * channels * 2);
        var expected = values.Chunk(2 * channels).SelectMany(pixel => new[] { pixel[0], pixel[2], pixel[4] });
        Assert.Equal(expected, Images.Rgb(PngFile.Write(Side, Side, 16, colours, Lines(values))));
    }

    [Fact]
    public void Alpha_is_dropped_not_multiplied_in()
    {
        var values = RandomBytes(Side * Side * 4);
        for (var n = 3; n < values.Length; n += 4)
            values[n] = (byte)(n % 8 == 3 ? 0 : values[n] % 4);
        var expected = values.Chunk(4).SelectMany(pixel => pixel.Take(3));
        Assert.Equal(expected, Images.Rgb(PngFile.Write(Side, Side, 8, 6, Lines(values))));
    }

    [Fact]
    public void A_transparent_colour_and_a_gamma_change_nothing()
    {
        var values = RandomBytes(Side * Side * 3);
        byte[] colour = [0, values[0], 0, values[1], 0, values[2]];
        var png = PngFile.Write(Side, Side, 8, 2, Lines(values), false, ("gAMA", [0, 1, 0x86, 0xA0]), ("tRNS", colour));
        Assert.Equal(values, Images.Rgb(png));
    }

    [Fact]
    public void Gray_of_16_bits_is_clipped()
    {
        byte[] values = [0, 0, 0, 1, 0, 255, 1, 0, 255, 255, 0, 77];
        Assert.Equal(Rgb(0, 1, 255, 255, 255, 77), Images.Rgb(PngFile.Write(6, 1, 16, 0, [0, .. values])));
    }

    [Fact]
    public void Gray_of_16_bits_is_read_through_every_filter()
    {
        byte[] lines =
        [
            0, 0, 10, 0, 20,
            1, 0, 5, 0, 6,        // left
            2, 0, 1, 0, 1,        // above
            3, 0, 100, 0, 100,    // average
            4, 0, 7, 0, 8,        // Paeth
        ];
        Assert.Equal(Rgb(10, 20, 5, 11, 6, 12, 103, 157, 110, 165), Images.Rgb(PngFile.Write(2, 5, 16, 0, lines)));
    }

    [Fact]
    public void Gray_of_16_bits_is_read_interlaced()
    {
        byte[] lines = [0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 4];   // 3 x 2: passes 1, 4 (column 2), 6 (column 1) and 7 would hold row 1
        byte[] interlaced = [0, 0, 1, /* pass 4 */ 0, 0, 2, /* pass 6 */ 0, 0, 3, /* pass 7 */ 0, 0, 4, 0, 5, 0, 6];
        Assert.Equal(Rgb(1, 3, 2, 4, 5, 6), Images.Rgb(PngFile.Write(3, 2, 16, 0, interlaced, interlaced: true)));
        Assert.Equal(InputFault.Unusable, Images.Refusal(PngFile.Write(3, 2, 16, 0, lines, interlaced: true)).Fault);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Lines(byte[] values) => [.. values.Chunk(values.Length / Side).SelectMany(line => line.Prepend((byte)0))];

    private static IEnumerable<byte> Rgb(params byte[] gray) => gray.SelectMany(level => new[] { level, level, level });
}
