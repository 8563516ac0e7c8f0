using OnePeace.Modalities.Video.Decoding;

namespace OnePeace.Modalities.Video.Tests.Decoding;

public class FrameSamplingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_clip_of_no_more_frames_than_wanted_gives_them_all(int frames) =>
        Assert.Equal(Enumerable.Range(0, frames), FrameSampling.Pick(Even(frames), 1_000_000, 8));

    [Fact]
    public void An_even_clip_gives_the_middle_of_each_part()
    {
        Assert.Equal([5, 15, 25, 35], FrameSampling.Pick(Even(40), 400, 4));
        Assert.Equal([2], FrameSampling.Pick(Even(5), 50, 1));
    }

    [Fact]
    public void Time_decides_not_the_number_of_frames() =>
        Assert.Equal([0, 3, 4], FrameSampling.Pick([0, 300, 301, 302, 900], 1_200, 4));

    [Fact]
    public void A_frame_that_is_shown_for_long_is_taken_once() => Assert.Equal([1], FrameSampling.Pick([0, 1, 1_000, 1_001, 1_002], 1_100, 4));

    [Fact]
    public void A_clip_that_begins_late_is_sampled_like_one_that_begins_at_once() =>
        Assert.Equal(FrameSampling.Pick(Even(40), 400, 7), FrameSampling.Pick([.. Even(40).Select(t => t + 12_345)], 12_745, 7));

    [Fact]
    public void Any_clip_gives_what_is_shown_at_the_middle_of_each_part()
    {
        var random = new Random(7);
        for (var n = 0; n < 500; n++)
        {
            long[] starts = [.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.NextInt64(0, 10_000)).Append(0).Distinct().Order()];
            var (end, count) = (starts[^1] + random.Next(1, 500), random.Next(1, 65));
            var expected = starts.Length <= count
                ? Enumerable.Range(0, starts.Length)
                : Enumerable.Range(0, count).Select(part => Array.FindLastIndex(starts, start => start <= (part + 0.5) * end / count)).Distinct();
            Assert.Equal(expected, FrameSampling.Pick(starts, end, count));
        }
    }

    private static long[] Even(int frames) => [.. Enumerable.Range(0, frames).Select(n => 10L * n)];
}
