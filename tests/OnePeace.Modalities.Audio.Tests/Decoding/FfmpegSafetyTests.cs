using System.Diagnostics;
using System.Text;
using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio.Tests.Decoding;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class FfmpegSafetyTests
{
    private static readonly byte[] _film = [0, 0, 0, 24, .. "ftypM4A \0\0\0\0"u8];

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{0}'\n")]
    public void A_playlist_never_opens_the_file_it_names(string playlist)
    {
        var decoder = new FfmpegDecoder();
        var list = Encoding.UTF8.GetBytes(string.Format(null, playlist, Clips.PathOf("exact_1s.wav")));
        Assert.False(decoder.Reads(list));
        Assert.Equal(InputFault.UnsupportedFormat, decoder.Refusal(list).Fault);

        byte[][] disguises = [_film, [0x1A, 0x45, 0xDF, 0xA3, 0, 0, 0, 0, 0, 0, 0, 10], [0xFF, 0xF1, 0x50, 0x80, 10, 10],
            [.. "#!AMR\n"u8], [.. "RIFF\0\0\0\0AVI "u8], [.. "FLV\x01\x04\0\0\0\x09"u8]];
        foreach (var disguise in disguises)
        {
            Assert.True(decoder.Reads([.. disguise, .. list]));
            // AMR and ADTS have no structure to miss, so a few noisy samples may come; never the second of the canary.
            Assert.InRange(SamplesOf(decoder, [.. disguise, .. list]), 0, 15_000);
        }
        Assert.Equal(InputFault.Unusable, decoder.Refusal([.. _film, .. list]).Fault);
    }

    [Fact]
    public async Task Cancelling_kills_the_program_and_its_children_and_leaves_no_file()
    {
        using var slow = new SlowProgram();
        using var leaving = new CancellationTokenSource();
        var decoding = new FfmpegDecoder(slow.Path).DecodeAsync(_film, new AudioLimits(), leaving.Token).AsTask();
        await slow.StartedAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoding);
        await slow.AssertGoneAsync();
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed()
    {
        using var slow = new SlowProgram();
        var clock = Stopwatch.StartNew();
        var refusal = await Assert.ThrowsAsync<InvalidInputException>(
            () => new FfmpegDecoder(slow.Path).DecodeAsync(_film, new AudioLimits(MaxSeconds: 1), CancellationToken.None).AsTask());
        Assert.Equal(InputFault.Unusable, refusal.Fault);
        Assert.True(refusal.TookTooLong);
        Assert.Contains("1 s", refusal.Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 20);
        await slow.AssertGoneAsync();
    }

    [Fact]
    public void A_program_that_never_stops_writing_is_stopped_at_the_limit()
    {
        using var endless = new SlowProgram("printf 'RIFF\\377\\377\\377\\377WAVEfmt \\020\\0\\0\\0\\003\\0\\001\\0\\200\\076\\0\\0\\0\\0\\0\\0\\004\\0\\040\\0data\\377\\377\\377\\377'; exec cat /dev/zero");
        Assert.Equal(InputFault.TooLarge, new FfmpegDecoder(endless.Path).Refusal(_film, new AudioLimits(1_000_000)).Fault);
    }

    [Fact]
    public void The_program_sees_a_private_folder_and_none_of_the_servers_secrets()
    {
        Environment.SetEnvironmentVariable("ONEPEACE_TEST_SECRET", "canary");
        using var curious = new SlowProgram("env > \"$seen\"; ls -ln . >> \"$seen\"; stat -c 'folder %a' . >> \"$seen\"; exit 1");
        Assert.Equal(InputFault.Unusable, new FfmpegDecoder(curious.Path).Refusal(_film).Fault);
        var seen = File.ReadAllText(curious.Seen);
        Assert.DoesNotContain("canary", seen);
        Assert.Contains("PATH=", seen);
        Assert.Contains("folder 700", seen);
        Assert.Contains("-rw-------", seen);
    }

    private static int SamplesOf(FfmpegDecoder decoder, byte[] bytes)
    {
        try
        {
            return decoder.Decode(bytes).Samples.Length;
        }
        catch (InvalidInputException)
        {
            return 0;
        }
    }
}
