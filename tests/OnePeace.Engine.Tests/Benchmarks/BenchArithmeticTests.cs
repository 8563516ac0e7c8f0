using OnePeace.Benchmarks.Bench;
using OnePeace.Benchmarks.Loading;
using OnePeace.Benchmarks.Serving;
using OnePeace.Modalities;

namespace OnePeace.Engine.Tests.Benchmarks;

/// <summary>What <c>onepeace bench</c> makes of its measures.</summary>
public sealed class BenchArithmeticTests
{
    private static readonly CoreShape Base = new() { Width = 384, Heads = 6, Layers = 12, ExpertWidth = 1536 };

    [Fact]
    public void The_operations_of_a_layer_are_those_of_its_matrix_products()
    {
        var tiny = new CoreShape { Width = 2, Heads = 1, Layers = 1, ExpertWidth = 3 };
        const int qkv = 2 * 5 * 2 * 6, scores = 2 * 5 * 5 * 2, sums = 2 * 5 * 5 * 2, output = 2 * 5 * 2 * 2, gates = 2 * 5 * 2 * 6, down = 2 * 5 * 3 * 2, projection = 2 * 2 * 2;
        Assert.Equal(qkv + scores + sums + output + gates + down + projection, ForwardFlops.OfLayers(tiny, 5));
    }

    [Fact]
    public void An_image_of_224_pixels_takes_12_billion_operations_and_its_stem_a_hundredth_of_them()
    {
        Assert.InRange(ForwardFlops.Of("image", Base, 197)!.Value, 11.95e9, 12.1e9);
        Assert.Equal(2 * (56 * 56 * 96 * 48.0 + 28 * 28 * 96 * 384.0 + 14 * 14 * 384 * 384.0), ForwardFlops.OfImageStem(Base, 197));
        Assert.Null(ForwardFlops.Of("audio", Base, 250));
    }

    [Fact]
    public void Ratios_are_made_repeat_by_repeat()
    {
        Samples slow = new([1, 10, 100]), fast = new([2, 40, 300]);
        Assert.Equal((3, 2, 4), (fast.Over(slow).Median, fast.Over(slow).From, fast.Over(slow).To));
        Assert.Equal([1, 30, 200], fast.Less(slow).Values);
        Assert.Throws<ArgumentException>(() => fast.Over(new([1])));
    }

    /// <summary>The ranks that tables of the sign test give.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    [InlineData(8, 1)]
    [InlineData(9, 2)]
    [InlineData(20, 6)]
    [InlineData(25, 8)]
    [InlineData(50, 18)]
    public void Where_a_median_lies_is_told_by_the_order_of_the_values(int repeats, int rank)
    {
        var samples = new Samples([.. Enumerable.Range(1, repeats).Select(value => (double)value).Reverse()]);
        Assert.Equal((rank, repeats + 1 - rank), (samples.From, samples.To));
    }

    [Theory]
    [InlineData(1.0, 1.2, "yes")]
    [InlineData(0.9, 1.2, "likely")]
    [InlineData(0.8, 0.99, "no")]
    [InlineData(0.8, 1.1, "unlikely")]
    public void A_bar_is_said_to_hold_only_where_the_repeats_leave_nothing_open(double from, double to, string holds)
    {
        Assert.Equal(holds, new Figure("", Bar.AtLeast(1), new([from, to])).Row[^1]);
        Assert.Equal(holds, new Figure("", Bar.AtMost(-1), new([-to, -from])).Row[^1]);
    }

    [Fact]
    public void A_percentile_is_a_duration_that_was_measured()
    {
        var timings = new Timings();
        foreach (var milliseconds in Enumerable.Range(1, 200)) timings.Add(TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal((100, 198, 200), (Math.Round(timings.Percentile(50)), Math.Round(timings.Percentile(99)), Math.Round(timings.Percentile(100))));
        Assert.Equal(2.5, Timings.Median([1, 2, 3, 4]));
    }

    [Fact]
    public void Answers_that_come_a_batch_at_a_time_have_the_rate_of_the_batches_wherever_the_window_ends()
    {
        var batches = Enumerable.Range(0, 5).SelectMany(batch => Enumerable.Repeat(0.1 + batch, 64)).ToList();   // 64 a second
        Assert.Equal(64, AnswerStamps.Rate(batches, window: 4.2), tolerance: 3);
        Assert.Equal(64, AnswerStamps.Rate(batches, window: 5), tolerance: 3);
        Assert.Equal(2, AnswerStamps.Rate([1, 1, 1, 1], window: 2));
        Assert.Equal(0, AnswerStamps.Rate([], window: 2));
    }

    [Fact]
    public void A_greedy_queue_answers_a_lone_request_in_the_time_of_its_batch()
    {
        var queue = GreedyQueue.Of(alone: 100, new StaticBatch(Items: 11, Rate: 220));   // 10 ms alone, 50 ms for eleven
        Assert.Equal((6, 4, 11), (queue.Batch, queue.Item, queue.Most));
        Assert.Equal(10, queue.Latencies(0.01).Median, tolerance: 1e-9);
        Assert.Equal(10, queue.Latencies(0.01).Late, tolerance: 1e-9);
    }

    [Fact]
    public void A_greedy_queue_of_single_items_is_the_queue_of_the_books()
    {
        var (median, late) = new GreedyQueue(Batch: 0, Item: 10, Most: 1).Latencies(50);   // M/D/1 at half load: on the average 5 ms of waiting, and half of all wait none
        Assert.InRange(median, 10, 11);
        Assert.InRange(late, 40, 48);
    }

    [Fact]
    public void Streams_in_turn_are_as_fast_as_the_time_of_one_of_each() => Assert.Equal(3, Load.Harmonic([2, 6]), tolerance: 1e-9);

    [Fact]
    public void A_window_lets_every_caller_be_answered_three_times_or_is_left_out()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.Equal(second, Load.WindowFor(8, rate: 100, second));
        Assert.Equal(TimeSpan.FromSeconds(6), Load.WindowFor(8, rate: 4, second));
        Assert.Null(Load.WindowFor(128, rate: 4, second));
        Assert.Equal((8, TimeSpan.FromSeconds(6)), Load.Saturating(rate: 4, second));
    }

    [Fact]
    public void A_bar_holds_at_its_own_value_and_says_which_way_it_goes()
    {
        Assert.True(Bar.AtLeast(0.97).Allows(0.97) && !Bar.AtLeast(0.97).Allows(0.96) && Bar.AtMost(2).Allows(2) && !Bar.AtMost(2).Allows(2.1) && !Bar.AtMost(2).Allows(double.NaN));
        Assert.Equal(("at least 0.97", "at most 2"), (Bar.AtLeast(0.97).ToString(), Bar.AtMost(2).ToString()));
    }
}
