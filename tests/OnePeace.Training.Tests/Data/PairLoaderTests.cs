using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Training.Tests.Data;

public class PairLoaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_from_a_later_step_has_what_a_run_from_the_start_had_there()
    {
        var whole = await Take(Loader(new MemoryPairs(20), 4), first: 0, count: 12);
        var resumed = await Take(Loader(new MemoryPairs(20), 4), first: 7, count: 5);
        Assert.Equal(Enumerable.Range(0, 12).Select(step => (long)step), whole.Select(pairs => pairs.Step));
        foreach (var (before, after) in whole.Skip(7).Zip(resumed))
        {
            Assert.Equal(before.Step, after.Step);
            Assert.Equal(before.Indices, after.Indices);
            Assert.Equal(before.Ids, after.Ids);
            Assert.Equal(before.PivotKeys, after.PivotKeys);
            foreach (var (one, other) in new[] { (before.Pivot, after.Pivot), (before.Other, after.Other) })
            {
                Assert.Equal(one.Inputs.Select(Bytes), other.Inputs.Select(Bytes));
                Assert.Equal(one.Masks.SelectMany(mask => new[] { mask.Alone, mask.Joint }), other.Masks.SelectMany(mask => new[] { mask.Alone, mask.Joint }));
            }
        }
    }

    [Fact]
    public async Task A_bad_pair_among_good_ones_is_left_out_and_told()
    {
        var loader = Loader(new MemoryPairs(32) { Damaged = [13] }, 32);
        foreach (var pairs in await Take(loader, first: 0, count: 3))
        {
            Assert.Equal(31, pairs.Size);
            Assert.DoesNotContain(13, pairs.Indices);
            Assert.Equal(pairs.Indices.Select(index => $"pair-{index}"), pairs.Ids);
            Assert.All([pairs.Pivot.Inputs.Count, pairs.Other.Inputs.Count, pairs.Pivot.Masks.Count, pairs.PivotKeys.Count], count => Assert.Equal(31, count));
        }
        Assert.Equal(1, loader.Bad.Count);
        var bad = Assert.Single(loader.Bad.Listed);
        Assert.Equal((13, "pair-13", "number 13 in memory"), (bad.Index, bad.Id, bad.Place));
        Assert.StartsWith("[pair-13, number 13 in memory] ", $"{bad}");
        Assert.Contains("JPEG", bad.Reason);
    }

    [Fact]
    public async Task A_pair_is_masked_the_same_whoever_else_is_bad()
    {
        var good = (await Take(Loader(new MemoryPairs(8), 8), first: 0, count: 1))[0];
        var without = (await Take(Loader(new MemoryPairs(8) { Damaged = [good.Indices[0]] }, 8), first: 0, count: 1))[0];
        Assert.Equal(good.Indices.Skip(1), without.Indices);
        Assert.Equal(good.Other.Masks.Skip(1).Select(mask => mask.Alone), without.Other.Masks.Select(mask => mask.Alone));
    }

    [Fact]
    public async Task A_batch_with_fewer_than_two_good_pairs_is_empty()
    {
        var source = new MemoryPairs(8);
        var bad = new PairSampler(source, 4, seed: 1).Batch(0).Take(3);
        var batches = await Take(Loader(new MemoryPairs(8) { Damaged = [.. bad] }, 4), first: 0, count: 2);
        Assert.Equal([0, 4], batches.Select(pairs => pairs.Size));
    }

    [Fact]
    public async Task An_epoch_without_a_good_batch_ends_the_run_with_reasons()
    {
        var loader = Loader(new MemoryPairs(150) { Damaged = [.. Enumerable.Range(0, 150)] }, 4);
        var message = (await Assert.ThrowsAsync<InvalidDataException>(() => Take(loader, first: 0, count: 100))).Message;
        Assert.Contains("No batch of a whole epoch (37 of 4 pairs) has two good pairs", message);
        Assert.Contains("JPEG", message);
        Assert.InRange(loader.Bad.Count, 101, 150);
        Assert.Equal(BadPairs.MostListed, loader.Bad.Listed.Count);
    }

    [Fact]
    public async Task A_plugin_that_throws_anything_makes_bad_pairs()
    {
        var side = Samples.Image with { Preprocessor = new MadeUpPreprocessor(_ => throw new DivideByZeroException("oh")) };
        var loader = new PairLoader(new MemoryPairs(4), new PairSampler(new MemoryPairs(4), 2, seed: 1), Samples.Text, side);
        await Assert.ThrowsAsync<InvalidDataException>(() => Take(loader, first: 0, count: 2));
        Assert.All(loader.Bad.Listed, bad => Assert.Equal("It could not be prepared: oh", bad.Reason));
    }

    [Fact]
    public async Task Pairs_whose_tensors_cannot_be_stacked_with_the_others_are_bad()
    {
        var side = Samples.Image with { Preprocessor = new MadeUpPreprocessor(raw => Task.FromResult(MadeUpPreprocessor.Square(raw.Bytes.Span[54] == 2 ? 3 : 4))) };
        var loader = new PairLoader(new MemoryPairs(6), new PairSampler(new MemoryPairs(6), 6, seed: 1), Samples.Text, side);
        Assert.Equal([0, 1, 3, 4, 5], (await Take(loader, first: 0, count: 1))[0].Indices.Order());
        Assert.Contains("[2:3]", Assert.Single(loader.Bad.Listed).Reason);
    }

    [Fact]
    public async Task Pairs_that_fit_the_cache_are_read_once()
    {
        var (roomy, tight, none) = (new MemoryPairs(16), new MemoryPairs(16), new MemoryPairs(16));
        const long PictureBytes = 3 * 64 * 64 * 4;
        await Take(Loader(roomy, 4, new() { CacheBytes = 17 * PictureBytes, Prefetch = 1 }), first: 0, count: 12);
        await Take(Loader(tight, 4, new() { CacheBytes = 9 * PictureBytes, Prefetch = 1 }), first: 0, count: 12);
        await Take(Loader(none, 4, new() { Prefetch = 1 }), first: 0, count: 12);
        Assert.Equal(16, roomy.Reads);
        Assert.InRange(tight.Reads, 16 + (2 * 8), 16 + (3 * 8));
        Assert.InRange(none.Reads, 48, 56);
    }

    [Fact]
    public async Task Only_as_many_are_prepared_at_once_as_allowed_and_as_many_batches_ahead()
    {
        var (now, most, all) = (0, 0, 0);
        var side = Samples.Image with
        {
            Preprocessor = new MadeUpPreprocessor(async _ =>
            {
                var running = Interlocked.Increment(ref now);
                InterlockedMax(ref most, running);
                Interlocked.Increment(ref all);
                await Task.Delay(5);
                Interlocked.Decrement(ref now);
                return MadeUpPreprocessor.Square(4);
            }),
        };
        await using var loader = new PairLoader(new MemoryPairs(64), new PairSampler(new MemoryPairs(64), 4, seed: 1), Samples.Text, side, new() { Parallelism = 3, Prefetch = 2 });
        await using var batches = loader.ReadAsync(cancellation: Cancellation).GetAsyncEnumerator(Cancellation);
        await batches.MoveNextAsync();
        while (Volatile.Read(ref all) < 12)   // the batch that is used, and two ahead
            await Task.Delay(5, Cancellation);
        await Task.Delay(100, Cancellation);
        Assert.Equal((3, 12), (most, all));
    }

    [Fact]
    public async Task Disposal_does_not_wait_for_a_plugin_that_hangs()
    {
        var hanging = new TaskCompletionSource<PreparedInput>();
        var side = Samples.Image with { Preprocessor = new MadeUpPreprocessor(_ => hanging.Task) };
        var loader = new PairLoader(new MemoryPairs(8), new PairSampler(new MemoryPairs(8), 4, seed: 1), Samples.Text, side, new() { Grace = TimeSpan.FromMilliseconds(100) });
        var reading = Take(loader, first: 0, count: 1);
        await Task.Delay(50, Cancellation);
        Assert.False(reading.IsCompleted);
        await loader.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
        Assert.Equal(0, loader.Bad.Count);
    }

    [Fact]
    public async Task Disposal_waits_for_what_runs_and_ends_soon()
    {
        var running = 0;
        var side = Samples.Image with
        {
            Preprocessor = new MadeUpPreprocessor(async _ =>
            {
                Interlocked.Increment(ref running);
                await Task.Delay(200);
                Interlocked.Decrement(ref running);
                return MadeUpPreprocessor.Square(4);
            }),
        };
        var loader = new PairLoader(new MemoryPairs(64), new PairSampler(new MemoryPairs(64), 4, seed: 1), Samples.Text, side);
        var reading = Take(loader, first: 0, count: 1000);
        await Task.Delay(50, Cancellation);
        await loader.DisposeAsync();
        Assert.Equal(0, running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Cancellation_ends_a_run()
    {
        using var cancellation = new CancellationTokenSource();
        var side = Samples.Image with { Preprocessor = new MadeUpPreprocessor(_ => new TaskCompletionSource<PreparedInput>().Task) };
        var loader = new PairLoader(new MemoryPairs(8), new PairSampler(new MemoryPairs(8), 4, seed: 1), Samples.Text, side);
        await using var batches = loader.ReadAsync(cancellation: cancellation.Token).GetAsyncEnumerator(Cancellation);
        var next = batches.MoveNextAsync().AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
    }

    [Fact]
    public async Task Captions_are_cleaned_as_training_data_is()
    {
        var loader = new PairLoader(new Shouting(), new PairSampler(new Shouting(), 2, seed: 1), Samples.Text, Samples.Image);
        var inputs = (await Take(loader, first: 0, count: 1))[0].Pivot.Inputs;
        Assert.Equal(Bytes(inputs[0]), Bytes(inputs[1]));
    }

    private static PairLoader Loader(IPairSource source, int batchSize, PairLoaderOptions? options = null) =>
        new(source, new PairSampler(source, batchSize, seed: 1), Samples.Text, Samples.Image, options);

    private static async Task<List<PreparedPairs>> Take(PairLoader loader, long first, int count) =>
        await loader.ReadAsync(first, Cancellation).Take(count).ToListAsync(Cancellation);

    private static byte[] Bytes(PreparedInput input) => [.. input.Fields.SelectMany(field => field.Value.Bytes.ToArray())];

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    /// <summary>The same caption twice, written differently.</summary>
    private sealed class Shouting : IPairSource
    {
        public int Count => 2;

        public string Group(int index) => $"{index}";

        public string Place(int index) => $"number {index}";

        public ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation) => ValueTask.FromResult(new StoredPair($"{index}", new Dictionary<string, RawInput>
        {
            ["text"] = new(index == 0 ? "a cat on a mat"u8.ToArray() : "...A  CAT on\ta mat \n"u8.ToArray()),
            ["image"] = new(Samples.Picture(index)),
        }));

        public void Dispose() { }
    }
}
