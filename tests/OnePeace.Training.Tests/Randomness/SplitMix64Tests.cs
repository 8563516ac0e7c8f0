using OnePeace.Training.Randomness;

namespace OnePeace.Training.Tests.Randomness;

public class SplitMix64Tests
{
    [Fact]
    public void The_numbers_are_the_published_ones_for_state_zero()
    {
        var random = new SplitMix64();
        Assert.Equal([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F], new[] { random.Next(), random.Next(), random.Next() });
    }

    [Fact]
    public void Keys_and_their_order_count()
    {
        ulong[] firsts = [new SplitMix64(1, 2).Next(), new SplitMix64(2, 1).Next(), new SplitMix64(1, 3).Next(), new SplitMix64(1).Next(), new SplitMix64(1, 2, 0).Next()];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(firsts[0], new SplitMix64(1, 2).Next());
    }

    [Fact]
    public void Numbers_from_0_to_1_lie_evenly_and_never_reach_1()
    {
        var random = new SplitMix64(4);
        double[] drawn = [.. Enumerable.Range(0, 10_000).Select(_ => random.NextDouble())];
        Assert.All(drawn, number => Assert.True(number is >= 0 and < 1));
        Assert.All(drawn.CountBy(number => (int)(number * 10)), tenth => Assert.InRange(tenth.Value, 850, 1150));
        Assert.Equal((0xE220A8397B1DCDAF >> 11) / Math.Pow(2, 53), new SplitMix64().NextDouble());
    }

    [Fact]
    public void All_numbers_of_a_range_and_all_orders_are_equally_likely()
    {
        var random = new SplitMix64(9);
        var orders = new Dictionary<string, int>();
        for (var draw = 0; draw < 24_000; draw++)
        {
            char[] letters = [.. "abcd"];
            random.Shuffle(letters.AsSpan());
            orders[new string(letters)] = orders.GetValueOrDefault(new string(letters)) + 1;
        }
        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 850, 1150));   // 1000 and nearly five deviations
    }
}
