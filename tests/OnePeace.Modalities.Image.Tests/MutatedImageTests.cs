using System.Diagnostics;

namespace OnePeace.Modalities.Image.Tests;

public class MutatedImageTests
{
    private static readonly string[] _names =
        ["a_scene.jpg", "prog420.jpg", "cmyk.jpg", "gray.jpg", "b_scene.png", "gray16.png", "palette_transp.png", "bilevel.png", "la.png"];

    [Fact]
    public void Two_thousand_damaged_files_are_prepared_or_refused_within_two_seconds_each()
    {
        var random = new Random(20_230_518);
        List<byte[]> whole = [.. _names.Select(Reference.Input), GifFile.Write(8, [.. Enumerable.Range(0, 64).Select(n => (byte)(n & 3))], 1)];
        var refused = 0;
        for (var n = 0; n < 2_000; n++)
        {
            var start = Stopwatch.GetTimestamp();
            refused += IsRefused(Mutate(whole[n % whole.Count], random)) ? 1 : 0;
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
        }
        Assert.InRange(refused, 200, 1_900);   // some damage hits only colours
        Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64, 0, 1L << 30);
    }

    [Fact]
    public void Random_bytes_behind_every_signature_are_refused()
    {
        var random = new Random(3);
        byte[][] signatures = [[0xFF, 0xD8, 0xFF], [0x89, .. "PNG\r\n\x1A\n"u8], [.. "RIFF\0\0\0\0WEBPVP8 "u8], [.. "GIF89a"u8], [.. "BM"u8], []];
        for (var n = 0; n < 600; n++)
        {
            var noise = new byte[random.Next(0, 400)];
            random.NextBytes(noise);
            Assert.True(IsRefused([.. signatures[n % signatures.Length], .. noise]));
        }
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        var mutant = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
        for (var n = random.Next(1, 20); n > 0 && mutant.Length > 0; n--)
            mutant[random.Next(4) == 0 ? random.Next(Math.Min(64, mutant.Length)) : random.Next(mutant.Length)] = (byte)random.Next(256);
        return mutant;
    }

    private static bool IsRefused(byte[] encoded)
    {
        try
        {
            Assert.Equal(17, Images.Small.Prepare(encoded).Tokens);
            return false;
        }
        catch (InvalidInputException)
        {
            return true;
        }
    }
}
