using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Scenes.Motions;
using OnePeace.Scenes.Pictures;
using OnePeace.Scenes.Sounds;
using SkiaSharp;

namespace OnePeace.Scenes.Tests;

public sealed class MediaFileTests
{
    [Fact]
    public void Pictures_are_png_of_64_pixels_and_no_two_are_alike()
    {
        var files = SceneFactors.All.Select(concept => Draw(new PictureMedium(), concept, null)).ToList();
        foreach (var file in files)
        {
            using var picture = SKBitmap.Decode(file);
            Assert.Equal((64, 64), (picture.Width, picture.Height));
            Assert.Equal([0x89, .. "PNG"u8], file[..4]);
        }
        Assert.Equal(files.Count, files.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Sounds_are_half_a_second_of_16_bit_mono_at_16_kHz()
    {
        var file = Draw(new SoundMedium(), new SceneFactors(1, 2, 1, 3), null);
        Assert.Equal("RIFF", Encoding.ASCII.GetString(file, 0, 4));
        Assert.Equal("WAVEfmt ", Encoding.ASCII.GetString(file, 8, 8));
        Assert.Equal("data", Encoding.ASCII.GetString(file, 36, 4));
        Assert.Equal([file.Length - 8, 16, 16_000, 32_000, 16_000], new[] { 4, 16, 24, 28, 40 }.Select(at => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at))));
        Assert.Equal([1, 1, 2, 16], new[] { 20, 22, 32, 34 }.Select(at => (int)BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(at))));
        Assert.Equal(44 + 16_000, file.Length);
    }

    [Fact]
    public void Sounds_are_never_cut_off_at_full_scale()
    {
        foreach (var concept in SceneFactors.All.Where((_, i) => i % 10 == 0))
            Assert.All(Enumerable.Range(0, 3), echo => Assert.InRange(
                MemoryMarshal.Cast<byte, short>(Draw(new SoundMedium(), concept, echo).AsSpan(WaveFile.HeaderBytes)).ToArray().Max(sample => Math.Abs((int)sample)), 6_000, 32_000));
    }

    [Fact]
    public void Motions_are_64_rows_of_six_floats_that_nobody_takes_for_a_text()
    {
        foreach (var concept in SceneFactors.All)
        {
            var file = Draw(new MotionMedium(), concept, null);
            Assert.Equal(64 * 24, file.Length);
            Assert.True(file.AsSpan().ContainsAnyInRange<byte>(0, 8));
            Assert.All(MemoryMarshal.Cast<byte, float>(file).ToArray(), value => Assert.InRange(value, -40, 40));
        }
    }

    [Fact]
    public void Private_factors_change_the_file_and_draws_differ()
    {
        foreach (var medium in SceneMedia.All)
        {
            var values = medium.PrivateFactor?.Values.Count ?? 1;
            var files = Enumerable.Range(0, values).Select(value => Draw(medium, default, value)).Append(medium.Draw(default, 0, new SceneRandom(2, "other")));
            Assert.Equal(values + 1, files.Select(Convert.ToHexString).Distinct().Count());
        }
    }

    private static byte[] Draw(ISceneMedium medium, SceneFactors concept, int? value) => medium.Draw(concept, value, new SceneRandom(1, concept.Group));
}
