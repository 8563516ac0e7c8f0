using System.Diagnostics;
using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio.Tests.Decoding;

/// <summary>Reference clips, and other formats made of them.</summary>
internal static class Clips
{
    private static readonly string _inputs = RepositoryFolder.At("tests/data/reference/audio/inputs");

    public static string PathOf(string name) => Path.Combine(_inputs, name);

    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    public static DecodedAudio Decode(this IAudioDecoder decoder, byte[] bytes, AudioLimits? limits = null) =>
        decoder.DecodeAsync(bytes, limits ?? new AudioLimits(), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static InvalidInputException Refusal(this IAudioDecoder decoder, byte[] bytes, AudioLimits? limits = null) =>
        Assert.Throws<InvalidInputException>(() => decoder.Decode(bytes, limits));

    /// <summary>A reference clip in another format, by ffmpeg.</summary>
    public static byte[] Convert(string name, string extension, params string[] options) =>
        Make(extension, ["-i", PathOf(name), .. options]);

    public static byte[] Make(string extension, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("onepeace-test-");
        try
        {
            var target = Path.Combine(folder.FullName, "clip." + extension);
            using var process = Process.Start("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", .. arguments, target]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return File.ReadAllBytes(target);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The greatest correlation over shifts of up to 3,000 samples (encoders delay).</summary>
    public static double Correlation(float[] expected, float[] actual)
    {
        var best = -1.0;
        for (var shift = -3_000; shift <= 3_000; shift++)
        {
            double product = 0, left = 0, right = 0;
            var end = Math.Min(expected.Length, actual.Length - shift);
            for (var n = Math.Max(0, -shift); n < end; n++)
            {
                product += expected[n] * actual[n + shift];
                left += expected[n] * expected[n];
                right += actual[n + shift] * actual[n + shift];
            }
            best = Math.Max(best, product / Math.Sqrt((left * right) + 1e-12));
        }
        return best;
    }
}
