namespace OnePeace.Modalities.Video.Tests;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class MutatedClipTests
{
    [Theory]
    [InlineData("bounce.gif", 400)]
    [InlineData("turn.webp", 400)]
    [InlineData("still.png", 200)]
    public void Damaged_samples_are_prepared_or_refused(string sample, int mutants) =>
        Damage(File.ReadAllBytes(Path.Combine(Clips.Samples, sample)), mutants, seed: mutants);

    [Theory]
    [InlineData("mp4", "libx264")]
    [InlineData("webm", "libvpx")]
    [InlineData("mov", "png")]
    public void Damaged_films_are_prepared_or_refused(string extension, string codec) =>
        Damage(Clips.Make(extension, "-f", "lavfi", "-i", "testsrc=d=1:s=32x32:r=10", "-c:v", codec), mutants: 40, seed: 3);

    [Fact]
    public void Random_bytes_behind_every_signature_are_refused()
    {
        var random = new Random(4);
        byte[][] signatures =
        [
            [.. "GIF89a"u8], [.. "RIFF\0\0\0\0WEBPVP8X"u8], [.. "RIFF\0\0\0\0WEBPVP8 "u8], [0x1A, 0x45, 0xDF, 0xA3],
            [0, 0, 0, 24, .. "ftypisom"u8], [0, 0, 0, 8, .. "wide"u8], [],
        ];
        for (var n = 0; n < 140; n++)
        {
            var noise = new byte[random.Next(0, 400)];
            random.NextBytes(noise);
            Assert.True(IsRefused([.. signatures[n % signatures.Length], .. noise]));
        }
    }

    private static void Damage(byte[] whole, int mutants, int seed)
    {
        Assert.False(IsRefused(whole));
        var random = new Random(seed);
        var refused = Enumerable.Range(0, mutants).Count(_ => IsRefused(Mutate(whole, random)));
        Assert.InRange(refused, 1, mutants);
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        var mutant = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
        for (var n = random.Next(1, 20); n > 0 && mutant.Length > 0; n--)
            mutant[random.Next(4) == 0 ? random.Next(Math.Min(64, mutant.Length)) : random.Next(mutant.Length)] = (byte)random.Next(256);
        return mutant;
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            var prepared = Clips.Preprocessor(("frames", 4)).Prepare(bytes);
            Assert.InRange(prepared.Tokens, 17, 65);
            return false;
        }
        catch (InvalidInputException)
        {
            return true;
        }
    }
}
