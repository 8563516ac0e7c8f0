using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Modalities.Image;
using SkiaSharp;

namespace OnePeace.Modalities.Video.Tests;

public class VideoPreprocessorTests
{
    [Fact]
    public void A_clip_becomes_frames_a_mask_and_its_cost()
    {
        var prepared = Clips.Preprocessor(("frames", 6)).Prepare(File.ReadAllBytes(Path.Combine(Clips.Samples, "bounce.gif")));
        Assert.Equal([VideoAdaptor.FramesField, VideoAdaptor.PaddingField], prepared.Fields.Select(f => f.Name));
        Assert.Equal([6, 3, 64, 64], prepared.Fields[0].Value.Shape);
        Assert.Equal([6], prepared.Fields[1].Value.Shape);
        Assert.Equal(new byte[6], prepared.Fields[1].Value.Bytes.ToArray());
        Assert.Equal(1, prepared.Fields[1].Padding);
        Assert.Equal((6 * 16) + 1, prepared.Tokens);
    }

    [Fact]
    public void Every_frame_is_prepared_as_an_image_of_it_is()
    {
        var frames = GifClip.Plain(8, (0, 10), (1, 10), (3, 10));
        var pixels = Pixels(Clips.Preprocessor().Prepare(frames)).Chunk(3 * 64 * 64).ToArray();
        Assert.Equal(3, pixels.Length);
        foreach (var (frame, colour) in pixels.Zip([0, 1, 3]))
            Assert.Equal(Image(GifClip.Plain(8, ((byte)colour, 10))), frame);
    }

    [Fact]
    public void A_still_of_every_image_format_is_a_clip_of_one_frame()
    {
        using var bitmap = new SKBitmap(40, 30);
        bitmap.Erase(SKColors.Orange);
        byte[][] stills =
        [
            bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), bitmap.Encode(SKEncodedImageFormat.Jpeg, 90).ToArray(), bitmap.Encode(SKEncodedImageFormat.Webp, 90).ToArray(),
            GifClip.Write(4, 4, [new GifFrame(0, 0, 4, 2, [1, 2, 3, 1, 1, 1, 1, 1], Transparent: 1)]),
        ];
        foreach (var still in stills)
        {
            var prepared = Clips.Preprocessor().Prepare(still);
            Assert.Equal(17, prepared.Tokens);
            Assert.Equal(Image(still), Pixels(prepared));
        }
    }

    [Fact]
    public void No_bytes_and_other_formats_are_named()
    {
        AssertRefused(InputFault.Unusable, "0 bytes", []);
        AssertRefused(InputFault.UnsupportedFormat, "MP4, MOV, WebM", Encoding.ASCII.GetBytes("not a video at all"));
        AssertRefused(InputFault.UnsupportedFormat, "MP4, MOV, WebM", Encoding.ASCII.GetBytes("GIF8"));
    }

    [Fact]
    public void Limits_hold_before_anything_is_drawn()
    {
        var clip = GifClip.Plain(8, [.. Enumerable.Range(0, 20).Select(n => ((byte)(n & 3), 10))]);   // 2 s
        Assert.Equal(129, Clips.Preprocessor(("max_clip_bytes", clip.Length), ("max_frame_pixels", 64), ("max_clip_frames", 20), ("max_clip_seconds", 2)).Prepare(clip).Tokens);
        AssertRefused(InputFault.TooLarge, $"{clip.Length - 1:N0} bytes", clip, ("max_clip_bytes", clip.Length - 1));
        AssertRefused(InputFault.TooLarge, "63 pixels", clip, ("max_frame_pixels", 63));
        AssertRefused(InputFault.TooLarge, "19 frames", clip, ("max_clip_frames", 19));
        AssertRefused(InputFault.TooLarge, "1 s", clip, ("max_clip_seconds", 1));
        AssertRefused(InputFault.TooLarge, "511 pixels together", clip, ("max_drawn_pixels", 511));   // each frame covers the one before, so 8 are drawn
        AssertRefused(InputFault.TooLarge, "10 bytes", File.ReadAllBytes(Path.Combine(Clips.Samples, "still.png")), ("max_bytes", 10));
    }

    [Fact]
    public void Canvases_of_60000_by_60000_are_refused_before_any_pixel()
    {
        var gif = GifClip.Plain(8, (0, 10), (1, 10));
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), 60_000);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), 60_000);
        var webp = WebpClip.Write(16_000, 16_000, [new(0, 0, 8, 8, SKColors.Red), new(0, 0, 8, 8, SKColors.Blue)]);
        foreach (var bomb in (byte[][])[gif, webp])
        {
            Clips.Preprocessor().Refusal(bomb);
            var before = GC.GetAllocatedBytesForCurrentThread();
            AssertRefused(InputFault.TooLarge, "pixels", bomb);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void A_long_chain_on_a_large_canvas_is_refused_before_it_is_drawn()
    {
        var dots = Enumerable.Repeat(new GifFrame(1, 1, 1, 1, [2], Transparent: 3, Centiseconds: 2), 2_000);
        AssertRefused(InputFault.TooLarge, "pixels together", GifClip.Write(3_000, 3_000, [.. dots]));
    }

    [Fact]
    public void An_animation_cut_short_within_a_frame_that_is_wanted_is_unusable()
    {
        var random = new Random(1);
        var clip = GifClip.Write(8, 8, [.. Enumerable.Range(0, 3).Select(_ => new GifFrame(0, 0, 8, 8, [.. Enumerable.Range(0, 64).Select(_ => (byte)random.Next(4))]))]);
        AssertRefused(InputFault.Unusable, "cut short or damaged", clip[..^20]);
        AssertRefused(InputFault.Unusable, "cut short", clip[..60]);
    }

    [Fact]
    public void Preparing_stops_when_nobody_waits()
    {
        var clip = File.ReadAllBytes(Path.Combine(Clips.Samples, "turn.webp"));
        Assert.ThrowsAny<OperationCanceledException>(() => Clips.Preprocessor().Prepare(clip, new CancellationToken(canceled: true)));
        using var leaving = new CancellationTokenSource();
        var frames = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Clips.Animations.DecodeAsync(clip, 64, _ =>
        {
            frames++;
            leaving.Cancel();
        }, leaving.Token).GetAwaiter().GetResult());
        Assert.Equal(1, frames);
    }

    private static float[] Pixels(PreparedInput prepared) => MemoryMarshal.Cast<byte, float>(prepared.Fields[0].Value.Bytes.Span).ToArray();

    private static float[] Image(byte[] file) =>
        Pixels(new ImagePreprocessor(new ModalityOptions().With("image_size", 64)).PrepareAsync(new RawInput(file), default).AsTask().GetAwaiter().GetResult());

    private static void AssertRefused(InputFault fault, string words, byte[] bytes, params (string Key, int Value)[] options)
    {
        var refusal = Clips.Preprocessor(options).Refusal(bytes);
        Assert.Equal(fault, refusal.Fault);
        Assert.Contains(words, refusal.Message);
    }
}
