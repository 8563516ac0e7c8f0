using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio.Tests.Decoding;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class FfmpegDecoderTests
{
    private static readonly FfmpegDecoder _decoder = new();
    private static readonly SndFileDecoder _flac = new();

    [Theory]
    [InlineData("m4a", 16_000, 0.99)]
    [InlineData("mov", 16_000, 0.99)]
    [InlineData("mkv", 16_000, 0.98)]
    [InlineData("aac", 16_000, 0.99)]
    [InlineData("avi", 16_000, 0.98)]
    [InlineData("flv", 22_050, 0.98)]
    [InlineData("webm", 48_000, 0.98)]
    public void A_container_decodes_to_about_the_same_sound(string extension, int rate, double correlation)
    {
        // FLV's MP3 and Opus fix the rate, so the clip comes to them at it.
        var wave = Clips.Convert("a_voice.flac", "flac", "-ar", $"{rate}");
        var bytes = Clips.Convert("a_voice.flac", extension, "-ar", $"{rate}", "-b:a", "64k");
        Assert.True(_decoder.Reads(bytes));
        var expected = _flac.Decode(wave).Samples;
        var decoded = _decoder.Decode(bytes);
        Assert.Equal(rate, decoded.SampleRateHz);
        Assert.InRange(decoded.Samples.Length, expected.Length - 1_500, expected.Length + 4_500);
        Assert.All(decoded.Samples, sample => Assert.True(float.IsFinite(sample)));
        Assert.InRange(Clips.Correlation(expected, decoded.Samples), correlation, 1.001);
    }

    [Fact]
    public void Channels_are_averaged_without_gain()
    {
        var bytes = Clips.Convert("stereo_16k.flac", "mov", "-c:a", "pcm_s16le");
        var expected = _flac.Decode(Clips.Read("stereo_16k.flac")).Samples;
        Assert.Equal(expected, _decoder.Decode(bytes).Samples);
    }

    [Fact]
    public void A_film_gives_its_sound()
    {
        var film = Clips.Make("mp4", "-f", "lavfi", "-i", "testsrc=d=1:s=32x32", "-i", Clips.PathOf("exact_1s.wav"), "-c:v", "mpeg4", "-c:a", "aac");
        Assert.InRange(_decoder.Decode(film).Samples.Length, 15_900, 18_100);
    }

    [Fact]
    public void A_film_without_sound_and_a_truncated_one_are_unusable()
    {
        var silent = Clips.Make("mp4", "-f", "lavfi", "-i", "testsrc=d=1:s=32x32", "-c:v", "mpeg4");
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(silent).Fault);
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(Clips.Convert("exact_1s.wav", "m4a")[..2_000]).Fault);
    }

    [Fact]
    public void More_samples_than_the_limit_are_refused()
    {
        var bytes = Clips.Convert("stereo_16k.flac", "mov", "-c:a", "pcm_s16le");
        Assert.Equal(InputFault.TooLarge, _decoder.Refusal(bytes, new AudioLimits(38_399)).Fault);
        Assert.Equal(19_200, _decoder.Decode(bytes, new AudioLimits(38_400)).Samples.Length);
    }

    [Fact]
    public void Without_the_program_the_sender_is_told_what_to_install()
    {
        var refusal = new FfmpegDecoder("ffmpeg-that-is-not-there").Refusal(Clips.Convert("exact_1s.wav", "m4a"));
        Assert.Equal(InputFault.UnsupportedFormat, refusal.Fault);
        Assert.Contains("apt install ffmpeg", refusal.Message);
    }
}
