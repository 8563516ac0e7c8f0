using SkiaSharp;

namespace OnePeace.Modalities.Video.Tests.Decoding;

public class AnimationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_gif_frame_is_drawn_on_what_the_one_before_it_left(int disposal)
    {
        GifFrame[] frames =
        [
            new(0, 0, 8, 8, [.. Enumerable.Repeat((byte)1, 64)]),
            new(2, 2, 4, 4, [.. Enumerable.Repeat((byte)3, 16)], Disposal: disposal),
            new(4, 4, 4, 4, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], Transparent: 1),
        ];
        Assert.Equal(GifClip.Show(8, 8, frames), Clips.Animations.Decode(GifClip.Write(8, 8, frames)));
    }

    [Fact]
    public void Gifs_of_any_disposal_place_and_transparency_show_what_the_format_says()
    {
        var random = new Random(11);
        for (var n = 0; n < 200; n++)
        {
            var frames = Enumerable.Range(0, random.Next(2, 12)).Select(i => RandomFrame(random, whole: i == 0)).ToArray();
            Assert.Equal(GifClip.Show(8, 8, frames), Clips.Animations.Decode(GifClip.Write(8, 8, frames)));
        }
    }

    [Fact]
    public void Frames_in_between_are_drawn_though_only_few_are_taken()
    {
        var random = new Random(12);
        for (var n = 0; n < 50; n++)
        {
            var frames = Enumerable.Range(0, 30).Select(i => RandomFrame(random, whole: i == 0)).ToArray();
            var shown = GifClip.Show(8, 8, frames).ToList();
            Assert.Equal([shown[5], shown[15], shown[25]], Clips.Animations.Decode(GifClip.Write(8, 8, frames), count: 3));
        }
    }

    [Fact]
    public void A_chain_of_twenty_thousand_frames_is_followed_to_its_end()
    {
        var whole = new GifFrame(0, 0, 4, 4, [.. Enumerable.Repeat((byte)1, 16)], Centiseconds: 2);
        var dot = new GifFrame(1, 1, 1, 1, [2], Transparent: 3, Centiseconds: 2);
        var last = new GifFrame(3, 3, 1, 1, [0], Transparent: 3, Centiseconds: 6_000);   // so long that it is taken too
        var frames = Clips.Animations.Decode(GifClip.Write(4, 4, [whole, .. Enumerable.Repeat(dot, 20_000), last]), count: 8);
        Assert.Equal(8, frames.Count);
        Assert.Equal(GifClip.Show(4, 4, [whole, dot, last]).Last(), frames[^1]);
    }

    [Fact]
    public void Durations_of_a_gif_decide_what_is_taken()
    {
        var bytes = GifClip.Plain(4, (0, 10), (1, 10), (2, 80), (3, 100));                           // 2 s
        Assert.Equal([GifClip.Palette[6..9], GifClip.Palette[9..12]], Clips.Animations.Decode(bytes, count: 2).Select(f => f[..3]));
        Assert.Equal([GifClip.Palette[3..6]], Clips.Animations.Decode(GifClip.Plain(4, (0, 1), (1, 0), (2, 10)), count: 1).Select(f => f[..3]));   // each counts 100 ms
    }

    [Fact]
    public void WebP_frames_blend_replace_and_are_cleared()
    {
        var nothing = new SKColor(0, 0, 0, 0);
        var bytes = WebpClip.Write(8, 8,
        [
            new(0, 0, 8, 8, SKColors.Red),
            new(2, 2, 4, 4, nothing),                              // blends: nothing is to be seen of it
            new(4, 4, 4, 4, nothing, Blend: false),                // replaces: a hole
            new(0, 0, 4, 4, SKColors.Blue, Clear: true),
            new(6, 0, 2, 2, SKColors.Lime),
        ]);
        var frames = Clips.Animations.Decode(bytes);
        Assert.Equal(5, frames.Count);
        Assert.Equal(["R", "R", "R.", "BR.", ".RG"], frames.Select(Colours));
        Assert.Equal((byte[])[255, 0, 0], Pixel(frames[2], 0, 0));
        Assert.Equal((byte[])[0, 0, 0], Pixel(frames[2], 5, 5));
        Assert.Equal((byte[])[0, 0, 255], Pixel(frames[3], 1, 1));
        Assert.Equal((byte[])[0, 0, 0], Pixel(frames[4], 1, 1));
        Assert.Equal((byte[])[0, 255, 0], Pixel(frames[4], 7, 1));
    }

    private static GifFrame RandomFrame(Random random, bool whole)
    {
        var (left, top) = whole ? (0, 0) : (random.Next(8), random.Next(8));
        var (width, height) = whole ? (8, 8) : (random.Next(1, 9 - left), random.Next(1, 9 - top));
        return new GifFrame(left, top, width, height, [.. Enumerable.Range(0, width * height).Select(_ => (byte)random.Next(4))],
            random.Next(2) == 0 ? null : (byte)random.Next(4), random.Next(1, 4));
    }

    private static byte[] Pixel(byte[] frame, int x, int y) => frame[(3 * ((8 * y) + x))..(3 * ((8 * y) + x) + 3)];

    /// <summary>The colours of a frame in the order in which they first appear.</summary>
    private static string Colours(byte[] frame) => string.Concat(frame.Chunk(3).Select(p => p switch
    {
        [255, 0, 0] => "R", [0, 255, 0] => "G", [0, 0, 255] => "B", [0, 0, 0] => ".", _ => "?",
    }).Distinct());
}
