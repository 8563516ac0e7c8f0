using OnePeace.Modalities.Video.Decoding;

namespace OnePeace.Modalities.Video.Tests.Decoding;

[Collection("ffmpeg")]   // in turn: a fork elsewhere would hold a script open for writing
public class FilmTests
{
    private static readonly FfmpegClipDecoder _decoder = new(new ClipLimits());

    [Fact]
    public void A_films_frames_come_with_every_pixel()
    {
        var frames = Clips.Noise(16, 7, seed: 1);
        Assert.Equal(frames, _decoder.Decode(Clips.Film(16, frames)));
    }

    [Fact]
    public void Of_a_longer_film_the_middle_of_each_part_is_taken()
    {
        var frames = Clips.Noise(16, 40, seed: 2);
        Assert.Equal([frames[5], frames[15], frames[25], frames[35]], _decoder.Decode(Clips.Film(16, frames), count: 4));
    }

    [Fact]
    public void Time_stamps_decide_where_frames_are_shown_for_different_times()
    {
        var frames = Clips.Noise(16, 30, seed: 3);
        var film = Clips.Film(16, frames, "mov", "-c:v", "png", "-vf", "settb=1/1000,setpts=if(lt(N\\,20)\\,N*10\\,200+(N-20)*1000)", "-enc_time_base", "1/1000");
        // 20 frames in 0.2 s, then ten of a second: the parts are 2.55 s or so long
        Assert.Equal([frames[21], frames[23], frames[26], frames[28]], _decoder.Decode(film, count: 4));
    }

    [Theory]
    [InlineData("mp4", "mpeg4")]
    [InlineData("mp4", "libx264")]
    [InlineData("mov", "mjpeg")]
    [InlineData("webm", "libvpx")]
    [InlineData("webm", "libvpx-vp9")]
    [InlineData("mkv", "mpeg4")]
    public void Containers_and_codecs_give_about_the_same_frames(string extension, string codec)
    {
        byte[][] colours = [[200, 30, 30], [30, 200, 30], [30, 30, 200], [200, 200, 30]];
        var frames = colours.SelectMany(c => Enumerable.Repeat<byte[]>([.. Enumerable.Repeat(c, 32 * 32).SelectMany(p => p)], 10));
        var film = Clips.Film(32, frames, extension, "-c:v", codec, "-pix_fmt", codec == "mjpeg" ? "yuvj420p" : "yuv420p", "-b:v", "1M");
        var decoded = _decoder.Decode(film, count: 4);
        Assert.Equal(4, decoded.Count);
        foreach (var (frame, colour) in decoded.Zip(colours))
            Assert.All(frame.Chunk(3), pixel => Assert.All(pixel.Zip(colour), pair => Assert.InRange(pair.First - pair.Second, -25, 25)));
    }

    [Fact]
    public void Decoding_twice_gives_the_same_bytes()
    {
        var film = Clips.Make("mp4", "-f", "lavfi", "-i", "testsrc=d=3:s=96x64:r=12", "-c:v", "libx264", "-bf", "2");
        Assert.Equal(_decoder.Decode(film, count: 5), _decoder.Decode(film, count: 5));
    }

    [Fact]
    public void A_film_whose_size_changes_in_the_middle_gives_frames_of_one_size()
    {
        var small = Clips.Make("ts", "-f", "lavfi", "-i", "testsrc=d=2:s=32x32:r=10", "-c:v", "mpeg2video");
        var large = Clips.Make("ts", "-f", "lavfi", "-i", "testsrc=d=2:s=64x64:r=10", "-c:v", "mpeg2video", "-output_ts_offset", "2");
        var joined = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(joined, [.. small, .. large]);
            var film = Clips.Make("mkv", "-i", joined, "-c", "copy");
            var decoded = _decoder.Decode(film, count: 4);
            Assert.Equal(4, decoded.Count);
            Assert.Single(decoded.Select(f => f.Length).Distinct());
        }
        finally
        {
            File.Delete(joined);
        }
    }

    [Fact]
    public void A_film_without_pictures_and_a_truncated_one_are_unusable()
    {
        var sound = Clips.Make("mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac");
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(sound).Fault);
        Assert.Equal(InputFault.Unusable, _decoder.Refusal(Clips.Film(16, Clips.Noise(16, 5, 4))[..2_000]).Fault);
    }

    [Fact]
    public void What_is_over_a_limit_is_too_large_before_its_frames_are_read()
    {
        var film = Clips.Film(64, Clips.Noise(64, 30, 5));   // 3 s
        Assert.Equal(30, new FfmpegClipDecoder(new ClipLimits { MaxFrames = 30, MaxSeconds = 3, MaxFramePixels = 64 * 64 }).Decode(film).Count);
        AssertTooLarge("29 frames", new ClipLimits { MaxFrames = 29 }, film);
        AssertTooLarge("2 s", new ClipLimits { MaxSeconds = 2 }, film);
        AssertTooLarge("4,095 pixels", new ClipLimits { MaxFramePixels = (64 * 64) - 1 }, film);
    }

    [Fact]
    public void Without_the_program_the_sender_is_told_what_to_install()
    {
        var refusal = new FfmpegClipDecoder(new ClipLimits(), "ffmpeg-that-is-not-there").Refusal(Clips.Film(16, Clips.Noise(16, 2, 6)));
        Assert.Equal(InputFault.UnsupportedFormat, refusal.Fault);
        Assert.Contains("apt install ffmpeg", refusal.Message);
    }

    private static void AssertTooLarge(string words, ClipLimits limits, byte[] film)
    {
        var refusal = new FfmpegClipDecoder(limits).Refusal(film);
        Assert.Equal(InputFault.TooLarge, refusal.Fault);
        Assert.Contains(words, refusal.Message);
    }
}
