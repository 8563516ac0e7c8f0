using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio.Tests.Decoding;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class SndFileDecoderTests
{
    private static readonly SndFileDecoder _decoder = new();

    [Theory]
    [InlineData("a_voice.flac", 40_000)]
    [InlineData("b_voice.flac", 80_000)]
    [InlineData("long_16s.flac", 259_200)]
    [InlineData("stereo_16k.flac", 19_200)]
    public void A_flac_file_decodes_to_its_frames_as_mono(string name, int frames)
    {
        var bytes = Clips.Read(name);
        Assert.True(_decoder.Reads(bytes));
        var decoded = _decoder.Decode(bytes);
        Assert.Equal((16_000, frames), (decoded.SampleRateHz, decoded.Samples.Length));
        Assert.All(decoded.Samples, sample => Assert.InRange(sample, -1, 1));
        Assert.Contains(decoded.Samples, sample => Math.Abs(sample) > 0.05f);
    }

    [Fact]
    public void Flac_decodes_to_the_very_samples_of_the_wav_it_was_made_of()
    {
        var wav = Clips.Read("exact_1s.wav");
        var decoded = _decoder.Decode(Clips.Convert("exact_1s.wav", "flac"));
        Assert.Equal(16_000, decoded.Samples.Length);
        for (var n = 0; n < decoded.Samples.Length; n++)
            Assert.Equal(BitConverter.ToInt16(wav, 44 + (2 * n)) / 32_768f, decoded.Samples[n]);
    }

    [Theory]
    [InlineData("ogg", "libvorbis", 0.98)]
    [InlineData("mp3", "libmp3lame", 0.98)]
    public void Ogg_and_mp3_decode_to_about_the_same_sound(string extension, string codec, double correlation)
    {
        var flac = _decoder.Decode(Clips.Read("a_voice.flac"));
        var bytes = Clips.Convert("a_voice.flac", extension, "-c:a", codec, "-q:a", "2");
        Assert.True(_decoder.Reads(bytes));
        var decoded = _decoder.Decode(bytes);
        Assert.Equal(16_000, decoded.SampleRateHz);
        Assert.InRange(decoded.Samples.Length, 39_000, 43_000);
        Assert.InRange(Clips.Correlation(flac.Samples, decoded.Samples), correlation, 1.001);
    }

    [Fact]
    public void An_mp3_without_tag_is_known_by_its_first_frame()
    {
        var bytes = Clips.Convert("a_voice.flac", "mp3", "-write_xing", "0", "-id3v2_version", "0");
        Assert.Equal(0xFF, bytes[0]);
        Assert.True(_decoder.Reads(bytes));
        Assert.InRange(_decoder.Decode(bytes).Samples.Length, 39_000, 43_000);
    }

    [Fact]
    public void Aac_wav_and_a_reserved_mp3_header_are_left_to_others()
    {
        Assert.False(_decoder.Reads([0xFF, 0xF1, 0x50, 0x80]));
        Assert.False(_decoder.Reads([0xFF, 0xFB, 0xF0, 0x80]));
        Assert.False(_decoder.Reads([0xFF, 0xEB, 0x90, 0x80]));
        Assert.False(_decoder.Reads(Clips.Read("exact_1s.wav")));
        Assert.False(_decoder.Reads([]));
        Assert.Equal(InputFault.UnsupportedFormat, _decoder.Refusal(Clips.Read("exact_1s.wav")).Fault);
    }

    [Fact]
    public void A_wav_behind_an_id3_tag_is_refused()
    {
        byte[] tagged = [.. "ID3\x03\0\0\0\0\0\0"u8, .. Clips.Read("exact_1s.wav")];
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(tagged).Fault);
    }

    [Fact]
    public void Without_the_library_the_sender_is_told_what_to_install()
    {
        var refusal = new SndFileDecoder("libsndfile-that-is-not-there.so").Refusal(Clips.Read("a_voice.flac"));
        Assert.Equal(InputFault.UnsupportedFormat, refusal.Fault);
        Assert.Contains("apt install libsndfile1", refusal.Message);
    }

    [Theory]
    [InlineData("a_voice.flac", 39_999)]
    [InlineData("stereo_16k.flac", 38_399)]
    public void More_samples_than_the_limit_are_refused(string name, int limit)
    {
        Assert.Equal(InputFault.TooLarge, _decoder.Refusal(Clips.Read(name), new AudioLimits(limit)).Fault);
        Assert.NotEmpty(_decoder.Decode(Clips.Read(name), new AudioLimits(limit + 1)).Samples);
    }

    [Fact]
    public void A_flac_that_does_not_say_its_length_decodes_and_still_meets_the_limit()
    {
        var bytes = Clips.Read("a_voice.flac");
        bytes[21] &= 0xF0;   // the 36 bits of STREAMINFO's total samples
        bytes.AsSpan(22, 4).Clear();
        Assert.Equal(40_000, _decoder.Decode(bytes).Samples.Length);
        Assert.Equal(InputFault.TooLarge, _decoder.Refusal(bytes, new AudioLimits(39_999)).Fault);
    }

    [Fact]
    public void A_flac_that_claims_hours_is_refused_before_it_is_decoded()
    {
        var bytes = Clips.Read("a_voice.flac");
        bytes[21] |= 0x0F;
        Assert.Equal(InputFault.TooLarge, _decoder.Refusal(bytes).Fault);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(30)]
    [InlineData(5_000)]
    [InlineData(49_000)]
    public void A_truncated_flac_is_unusable(int length) =>
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(Clips.Read("a_voice.flac")[..length]).Fault);

    [Fact]
    public void Four_hundred_damaged_files_decode_or_are_refused()
    {
        var random = new Random(20_230_518);
        byte[][] whole = [Clips.Read("stereo_16k.flac"), Clips.Read("a_voice.flac"), Clips.Convert("mono_8k.wav", "ogg"), Clips.Convert("mono_8k.wav", "mp3")];
        var refused = 0;
        for (var n = 0; n < 400; n++)
        {
            // Three of four are FLAC.
            var mutant = Mutate(whole[n % 4 == 3 ? 2 + (n / 4 % 2) : n % 2], random);
            if (_decoder.Reads(mutant) && !Decodes(mutant)) refused++;
        }
        Assert.InRange(refused, 100, 399);
    }

    [Fact]
    public void A_caller_that_left_gets_no_decoding() => Assert.ThrowsAny<OperationCanceledException>(
        () => { _ = _decoder.DecodeAsync(Clips.Read("a_voice.flac"), new AudioLimits(), new CancellationToken(canceled: true)); });

    private static byte[] Mutate(byte[] whole, Random random)
    {
        var mutant = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
        for (var n = random.Next(1, 20); n > 0 && mutant.Length > 4; n--)
            mutant[random.Next(3) == 0 ? random.Next(4, Math.Min(100, mutant.Length)) : random.Next(4, mutant.Length)] = (byte)random.Next(256);
        return mutant;
    }

    private static bool Decodes(byte[] bytes)
    {
        try
        {
            return _decoder.Decode(bytes).Samples.Length > 0;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }
}
