using System.Text;
using OnePeace.Modalities.Audio.Tests.Decoding;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Video.Decoding;

namespace OnePeace.Modalities.Video.Tests.Decoding;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class FfmpegSafetyTests
{
    private static readonly byte[] _film = [0, 0, 0, 24, .. "ftypisom\0\0\0\0"u8];
    private static readonly FfmpegClipDecoder _decoder = new(new ClipLimits());

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{0}'\n")]
    public void A_playlist_never_opens_the_film_it_names(string playlist)
    {
        var canary = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(canary, Clips.Film(16, Clips.Noise(16, 5, 1)));
            Assert.NotEmpty(_decoder.Decode(File.ReadAllBytes(canary)));
            var list = Encoding.UTF8.GetBytes(string.Format(null, playlist, canary));
            Assert.False(_decoder.Reads(list));
            Assert.Equal(InputFault.UnsupportedFormat, Clips.Preprocessor().Refusal(list).Fault);
            byte[][] disguises = [_film, [0x1A, 0x45, 0xDF, 0xA3, 0, 0, 0, 0, 0, 0, 0, 10], [.. "\0\0\0\x08wide\0\0\0\0mdat"u8]];
            foreach (var disguise in disguises)
            {
                Assert.True(_decoder.Reads([.. disguise, .. list]));
                Assert.Equal(InputFault.Unusable, _decoder.Refusal([.. disguise, .. list]).Fault);
            }
        }
        finally
        {
            File.Delete(canary);
        }
    }

    [Fact]
    public void A_film_that_refers_to_another_file_does_not_get_it()
    {
        var folder = Directory.CreateTempSubdirectory("onepeace-test-");
        try
        {
            var outside = Path.Combine(folder.FullName, "outside.mov");
            File.WriteAllBytes(outside, Clips.Film(16, Clips.Noise(16, 5, 2)));
            var referring = ReferringFilm.Write(File.ReadAllBytes(outside), outside);
            var path = Path.Combine(folder.FullName, "referring.mov");
            File.WriteAllBytes(path, referring);
            Assert.NotEmpty(Clips.Make("png", "-enable_drefs", "1", "-use_absolute_path", "1", "-i", path, "-frames:v", "1"));   // it would work
            Assert.Equal(InputFault.Unusable, _decoder.Refusal(referring).Fault);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Cancelling_kills_the_program_and_its_children_and_leaves_no_file()
    {
        using var slow = new SlowProgram();
        using var leaving = new CancellationTokenSource();
        var decoding = new FfmpegClipDecoder(new ClipLimits(), slow.Path).DecodeAsync(_film, 8, Nobody, leaving.Token);
        await slow.StartedAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoding);
        await slow.AssertGoneAsync();
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed()
    {
        using var slow = new SlowProgram();
        var refusal = await Assert.ThrowsAsync<InvalidInputException>(
            () => new FfmpegClipDecoder(new ClipLimits { MaxDecodeSeconds = 1 }, slow.Path).DecodeAsync(_film, 8, Nobody, CancellationToken.None));
        Assert.Equal(InputFault.Unusable, refusal.Fault);
        Assert.Contains("1 s", refusal.Message);
        await slow.AssertGoneAsync();
    }

    [Theory]
    [InlineData("exec cat /dev/zero", InputFault.Unusable)]                                                                      // no line ever ends
    [InlineData("i=0; while :; do echo \"frame:$i    pts:$i  pts_time:0\"; i=$((i+1)); done", InputFault.TooLarge)]               // stamps without end
    [InlineData("case \"$*\" in *null*) echo 'frame:0    pts:0';; *) printf 'P6\\n2 2\\n255\\n'; exec cat /dev/zero;; esac", InputFault.Unusable)]
    [InlineData("case \"$*\" in *null*) echo 'frame:0    pts:0';; *) printf 'P6\\n30000 30000\\n255\\n'; exec cat /dev/zero;; esac", InputFault.TooLarge)]
    [InlineData("case \"$*\" in *null*) echo 'frame:0    pts:0';; *) exec cat /dev/zero;; esac", InputFault.Unusable)]
    public void A_program_that_never_stops_writing_is_stopped(string script, InputFault fault)
    {
        using var endless = new SlowProgram(script);
        Assert.Equal(fault, new FfmpegClipDecoder(new ClipLimits { MaxFrames = 100 }, endless.Path).Refusal(_film).Fault);
    }

    [Fact]
    public void The_program_sees_a_private_folder_and_none_of_the_servers_secrets()
    {
        Environment.SetEnvironmentVariable("ONEPEACE_TEST_SECRET", "canary");
        using var curious = new SlowProgram("env > \"$seen\"; ls -ln . >> \"$seen\"; stat -c 'folder %a' . >> \"$seen\"; exit 1");
        Assert.Equal(InputFault.Unusable, new FfmpegClipDecoder(new ClipLimits(), curious.Path).Refusal(_film).Fault);
        var seen = File.ReadAllText(curious.Seen);
        Assert.DoesNotContain("canary", seen);
        Assert.Contains("PATH=", seen);
        Assert.Contains("folder 700", seen);
        Assert.Contains("-rw-------", seen);
    }

    private static void Nobody(IImageRows rows) => Assert.Fail("There is no frame.");
}
