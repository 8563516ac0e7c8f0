using System.Diagnostics;
using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio.Tests.Decoding;

public sealed class CompressedSoundTests : IDisposable
{
    private static readonly string Inputs = TestData.Folder("reference/audio/inputs");
    private static readonly byte[] Flac = File.ReadAllBytes(Path.Combine(Inputs, "stereo_16k.flac"));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("m4a", "aac", 0.98)]
    [InlineData("webm", "libopus", 0.98)]
    [InlineData("mkv", "flac", 0.9999)]
    [InlineData("ogg", "libvorbis", 0.98)]
    [InlineData("mp3", "libmp3lame", 0.98)]
    public async Task A_compressed_clip_sounds_like_the_wave_it_was_made_from(string extension, string codec, double similarity)
    {
        var original = await new WavDecoder().DecodeAsync(File.ReadAllBytes(Path.Combine(Inputs, "stereo_44k.wav")), new(), default);
        var compressed = File.ReadAllBytes(await Encode(Path.Combine(Inputs, "stereo_44k.wav"), $"clip.{extension}", codec));

        var decoded = await Decoder(compressed).DecodeAsync(compressed, new(), default);

        var (a, b) = (At16k(original), At16k(decoded));
        Assert.InRange(b.Length, a.Length - 1600, a.Length + 4000);   // encoders pad
        Assert.InRange(BestCosine(a, b), similarity, 1.001);
    }

    [Fact]
    public async Task A_missing_library_or_program_is_named_with_the_package_to_install()
    {
        var library = await Assert.ThrowsAsync<InvalidInputException>(async () => await new SndFileDecoder("libnone.so").DecodeAsync(Flac, new(), default));
        Assert.Contains("apt install libsndfile1", library.Message);
        var clip = File.ReadAllBytes(await Encode(Path.Combine(Inputs, "exact_1s.wav"), "clip.m4a", "aac"));
        var program = await Assert.ThrowsAsync<InvalidInputException>(async () => await new FfmpegDecoder("no-such-program").DecodeAsync(clip, new(), default));
        Assert.Contains("apt install ffmpeg", program.Message);
        Assert.Equal(InputFault.UnsupportedFormat, program.Fault);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXTINF:1,\nfile://{0}\n")]
    [InlineData("ffconcat version 1.0\nfile '{0}'\n")]
    public async Task A_playlist_is_never_opened_whatever_it_pretends_to_be(string playlist)
    {
        var canary = Path.Combine(_folder.FullName, "canary.wav");
        File.Copy(Path.Combine(Inputs, "exact_1s.wav"), canary);
        byte[] bytes = [0, 0, 0, 32, .. "ftypisom"u8, .. System.Text.Encoding.UTF8.GetBytes(playlist.Replace("{0}", canary))];

        foreach (var pretending in new[] { bytes, bytes[12..] })
            await Assert.ThrowsAsync<InvalidInputException>(async () => await new FfmpegDecoder().DecodeAsync(pretending, new(), default));
    }

    [Fact]
    public async Task A_video_without_sound_is_refused()
    {
        var path = Path.Combine(_folder.FullName, "silent.mp4");
        await Ffmpeg("-f", "lavfi", "-i", "color=c=red:s=16x16:d=0.2", "-an", path);
        var e = await Assert.ThrowsAsync<InvalidInputException>(async () => await new FfmpegDecoder().DecodeAsync(File.ReadAllBytes(path), new(), default));
        Assert.Equal(InputFault.Unusable, e.Fault);
        Assert.DoesNotContain(Path.GetTempPath(), e.Message);
    }

    [Fact]
    public async Task A_cancelled_decoding_ends()
    {
        var clip = File.ReadAllBytes(await Encode(Path.Combine(Inputs, "exact_1s.wav"), "clip.m4a", "aac"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new FfmpegDecoder().DecodeAsync(clip, new(), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task More_samples_than_the_limit_are_refused()
    {
        var e = await Assert.ThrowsAsync<InvalidInputException>(async () => await new SndFileDecoder().DecodeAsync(Flac, new AudioLimits(1000), default));
        Assert.Equal(InputFault.TooLarge, e.Fault);
    }

    [Fact]
    public async Task Five_hundred_damaged_flac_files_are_decoded_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        var decoder = new SndFileDecoder();
        var refused = 0;
        for (var i = 0; i < 500; i++)
        {
            var damaged = (byte[])Flac.Clone();
            for (var hits = random.Next(1, 8); hits > 0; hits--) damaged[random.Next(random.Next(2) == 0 ? 64 : damaged.Length)] = (byte)random.Next(256);
            try
            {
                await decoder.DecodeAsync(damaged.AsMemory(0, random.Next(64, damaged.Length + 1)), new(), default);
            }
            catch (InvalidInputException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 50, 500);
    }

    private static IAudioDecoder Decoder(byte[] bytes) =>
        new IAudioDecoder[] { new WavDecoder(), new SndFileDecoder(), new FfmpegDecoder() }.First(d => d.Reads(bytes));

    private static float[] At16k(DecodedAudio audio) =>
        audio.SampleRateHz == 16_000 ? audio.Samples : new Resampler(audio.SampleRateHz, 16_000).Resample(audio.Samples);

    /// <summary>The likeness at the best shift: encoders delay.</summary>
    private static double BestCosine(float[] a, float[] b) => Enumerable.Range(-1200, 2400).Max(shift =>
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = Math.Max(0, -shift); i < Math.Min(a.Length, b.Length - shift); i++)
        {
            dot += (double)a[i] * b[i + shift];
            aa += (double)a[i] * a[i];
            bb += (double)b[i + shift] * b[i + shift];
        }
        return dot / Math.Sqrt((aa * bb) + 1e-12);
    });

    private async Task<string> Encode(string input, string name, string codec)
    {
        var output = Path.Combine(_folder.FullName, name);
        await Ffmpeg("-i", input, "-c:a", codec, "-b:a", "128k", output);
        return output;
    }

    private static async Task Ffmpeg(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-nostdin", "-y", "-loglevel", "error", .. arguments]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"ffmpeg could not make the test's clip: {errors}");
    }
}
