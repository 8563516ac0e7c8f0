using OnePeace.Training.Data;

namespace OnePeace.Training.Tests.Data;

public class PairSamplerTests
{
    [Fact]
    public void Every_pair_is_used_once_an_epoch_in_another_order_each_time()
    {
        var sampler = new PairSampler(new MemoryPairs(100), 10, seed: 1);
        Assert.Equal(10, sampler.BatchesPerEpoch);
        var (first, second) = (Epoch(sampler, 0), Epoch(sampler, 1));
        Assert.Equal(Enumerable.Range(0, 100), first.Order());
        Assert.Equal(Enumerable.Range(0, 100), second.Order());
        Assert.NotEqual(first, second);
        Assert.NotEqual(Enumerable.Range(0, 100), first);
    }

    [Fact]
    public void A_step_has_the_same_pairs_whatever_was_asked_before()
    {
        var run = new PairSampler(new MemoryPairs(53), 8, seed: 3);
        var batches = Enumerable.Range(0, 40).Select(step => run.Batch(step).ToArray()).ToList();
        for (var step = 39; step >= 0; step -= 7)
            Assert.Equal(batches[step], new PairSampler(new MemoryPairs(53), 8, seed: 3).Batch(step));
    }

    [Fact]
    public void Another_seed_gives_another_order() =>
        Assert.NotEqual(new PairSampler(new MemoryPairs(100), 10, seed: 1).Batch(0), new PairSampler(new MemoryPairs(100), 10, seed: 2).Batch(0));

    /// <summary>These numbers, computed by a second implementation, may never change: a run is resumed by them.</summary>
    [Fact]
    public void The_order_is_the_same_in_every_version()
    {
        var sampler = new PairSampler(new MemoryPairs(12), 4, seed: 7);
        Assert.Equal([11, 10, 2, 6, 7, 3, 9, 4, 5, 8, 0, 1], Epoch(sampler, 0));
        Assert.Equal([11, 7, 10, 6, 0, 9, 5, 2, 8, 1, 3, 4], Epoch(sampler, 1));
    }

    [Theory]
    [InlineData(97, 8, 5)]
    [InlineData(1000, 32, 40)]
    [InlineData(64, 4, 4)]
    public void No_two_of_a_group_meet_and_nearly_all_pairs_are_used(int pairs, int batchSize, int groups)
    {
        // a few groups, one of them large, and many pairs that are alone
        string Group(int index) => index % 3 == 0 ? $"g{Math.Min(index / 3 % groups, groups / 2)}" : $"alone {index}";
        var sampler = new PairSampler(new MemoryPairs(pairs, Group), batchSize, seed: 5);
        var uses = new int[pairs];
        const int Epochs = 50;
        for (var step = 0; step < Epochs * sampler.BatchesPerEpoch; step++)
        {
            var batch = sampler.Batch(step);
            Assert.Equal(batchSize, batch.Count);
            Assert.Equal(batchSize, batch.Select(Group).Distinct().Count());
            foreach (var index in batch)
                uses[index]++;
        }
        var fair = Enumerable.Range(0, pairs).Where(index => index % 3 != 0);
        Assert.All(fair, index => Assert.InRange(uses[index], Epochs * 0.5, Epochs));
        Assert.All(uses, count => Assert.InRange(count, 1, Epochs));
    }

    [Fact]
    public void What_is_left_over_is_dropped_and_is_another_in_every_epoch()
    {
        var sampler = new PairSampler(new MemoryPairs(10), 4, seed: 0);
        Assert.Equal(2, sampler.BatchesPerEpoch);
        var left = Enumerable.Range(0, 30).SelectMany(epoch => Enumerable.Range(0, 10).Except(Epoch(sampler, epoch))).ToList();
        Assert.Equal(60, left.Count);
        Assert.Equal(10, left.Distinct().Count());
    }

    [Fact]
    public void Too_few_groups_for_a_batch_are_told() =>
        Assert.Contains("8 pairs in 2 groups", Assert.Throws<InvalidDataException>(() => new PairSampler(new MemoryPairs(8, index => $"{index % 2}"), 4, seed: 0)).Message);

    [Fact]
    public void A_pair_is_as_likely_in_one_batch_as_in_another()
    {
        var sampler = new PairSampler(new MemoryPairs(20), 5, seed: 11);
        var places = new int[4];
        for (var epoch = 0; epoch < 4000; epoch++)
            places[Epoch(sampler, epoch).IndexOf(13) / 5]++;
        Assert.All(places, count => Assert.InRange(count, 880, 1120));   // 1000 and four deviations
    }

    private static List<int> Epoch(PairSampler sampler, long epoch) =>
        [.. Enumerable.Range(0, sampler.BatchesPerEpoch).SelectMany(batch => sampler.Batch((epoch * sampler.BatchesPerEpoch) + batch))];
}
