using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Image.Tests;

public class OfficialPixelsTests
{
    public static TheoryData<string> Decoded => Reference.Files("rgb");

    public static TheoryData<string> Resized64 => Reference.Files("resized64");

    public static TheoryData<string> Resized224 => Reference.Files("resized224");

    [Theory]
    [MemberData(nameof(Decoded))]
    public void Decoded_colours_are_pils(string name) => AssertSame(Reference.Tensor("rgb." + name), Images.Rgb(Reference.Input(name)));

    [Theory]
    [MemberData(nameof(Resized64))]
    public void Resized_to_64_they_are_pils_to_the_level(string name) => AssertResized(name, 64);

    [Theory]
    [MemberData(nameof(Resized224))]
    public void Resized_to_224_they_are_pils_to_the_level(string name) => AssertResized(name, 224);

    [Fact]
    public void Normalised_pixels_are_the_official_floats_to_the_bit()
    {
        var expected = MemoryMarshal.Cast<byte, float>(Reference.Tensor("float64.a_scene.jpg")).ToArray();
        Assert.Equal(expected, Images.Small.Pixels(Reference.Input("a_scene.jpg")));
    }

    [Fact]
    public void The_reference_covers_every_kind_of_file()
    {
        Assert.Equal((15, 21, 4), (Decoded.Count, Resized64.Count, Resized224.Count));
    }

    private static void AssertResized(string name, int side)
    {
        using var image = Images.Decoder.Open(Reference.Input(name));
        AssertSame(Reference.Tensor($"resized{side}.{name}"), BicubicResize.ToSquare(image, side, CancellationToken.None));
    }

    private static void AssertSame(ReadOnlySpan<byte> expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int different = 0, most = 0;
        for (var n = 0; n < actual.Length; n++)
        {
            var difference = Math.Abs(expected[n] - actual[n]);
            different += difference > 0 ? 1 : 0;
            most = Math.Max(most, difference);
        }
        Assert.True(different == 0, $"{different} of {actual.Length} levels differ, by at most {most}.");
    }
}
