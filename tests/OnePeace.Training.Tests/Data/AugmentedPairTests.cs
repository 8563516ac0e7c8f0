using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Training.Tests.Data;

/// <summary>Inputs that are changed at random: what is drawn follows from seed, step and pair, and from nothing else.</summary>
public class AugmentedPairTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_from_a_later_step_draws_what_a_run_from_the_start_drew_there_on_however_many_threads()
    {
        var whole = await Draws(Loader(new MemoryPairs(12), parallelism: 1), first: 0, count: 9);
        var resumed = await Draws(Loader(new MemoryPairs(12), parallelism: 8), first: 4, count: 5);
        Assert.Equal(whole.Skip(4).SelectMany(batch => batch), resumed.SelectMany(batch => batch));
    }

    [Fact]
    public async Task Every_epoch_changes_a_pair_in_another_way_and_every_side_in_its_own()
    {
        var source = new MemoryPairs(12);
        var batches = await Draws(Loader(source, parallelism: 2, both: true), first: 0, count: 9);   // three epochs
        var drawn = batches.SelectMany(batch => batch).ToList();
        Assert.Equal(drawn.Count, drawn.DistinctBy(pair => pair.Other).Count());
        Assert.All(drawn, pair => Assert.NotEqual(pair.Pivot, pair.Other));
        Assert.All(drawn.GroupBy(pair => pair.Index), times => Assert.Equal(3, times.Count()));
        Assert.All(drawn, pair => Assert.InRange(pair.Other, 0, 1));
        Assert.True(source.Reads >= 36, "Prepared pairs were kept, though they are others every time.");
    }

    [Fact]
    public async Task Another_seed_draws_something_else()
    {
        var (one, other) = (await Draws(Loader(new MemoryPairs(4), 2), 0, 1), await Draws(Loader(new MemoryPairs(4), 2, seed: 2), 0, 1));
        Assert.Empty(one[0].Select(pair => pair.Other).Intersect(other[0].Select(pair => pair.Other)));
    }

    [Fact]
    public async Task An_input_that_took_too_long_is_changed_the_same_at_the_second_attempt()
    {
        var late = new Drawing { IsLateAtFirst = true };
        var (calm, busy) = (await Draws(Loader(new MemoryPairs(4), 2), 0, 1), await Draws(Loader(new MemoryPairs(4), 2, drawing: late), 0, 1));
        Assert.Equal(calm[0], busy[0]);
        Assert.Equal(4, late.Late);
    }

    [Fact]
    public async Task Pairs_to_validate_on_are_not_changed()
    {
        var side = (Samples.Image with { Augmenting = new Drawing() }).Still();
        var loader = new PairLoader(new MemoryPairs(4), new PairSampler(new MemoryPairs(4), 4, seed: 1), Samples.Text, side);
        var plain = new PairLoader(new MemoryPairs(4), new PairSampler(new MemoryPairs(4), 4, seed: 1), Samples.Text, Samples.Image);
        var (one, other) = (await loader.ReadAsync(0, Cancellation).FirstAsync(Cancellation), await plain.ReadAsync(0, Cancellation).FirstAsync(Cancellation));
        Assert.Equal(other.Other.Inputs.Select(i => i.Fields[0].Value.Bytes.ToArray()), one.Other.Inputs.Select(i => i.Fields[0].Value.Bytes.ToArray()));
    }

    private static PairLoader Loader(MemoryPairs source, int parallelism, ulong seed = 1, bool both = false, Drawing? drawing = null)
    {
        drawing ??= new Drawing();
        var pivot = both ? Samples.Text with { Augmenting = drawing } : Samples.Text;
        return new PairLoader(source, new PairSampler(source, 4, seed), pivot, Samples.Image with { Augmenting = drawing }, new() { Parallelism = parallelism, CacheBytes = 1 << 20 });
    }

    private static async Task<List<List<(int Index, double Pivot, double Other)>>> Draws(PairLoader loader, long first, int count)
    {
        await using (loader)
        {
            var batches = await loader.ReadAsync(first, Cancellation).Take(count).ToListAsync(Cancellation);
            return [.. batches.Select(pairs => pairs.Indices.Select((index, i) => (index, First(pairs.Pivot.Inputs[i]), First(pairs.Other.Inputs[i]))).ToList())];
        }
    }

    private static double First(PreparedInput input) => MemoryMarshal.Cast<byte, float>(input.Fields[0].Value.Bytes.Span)[0];

    /// <summary>Makes of every input the first number that it is given.</summary>
    private sealed class Drawing : IAugmentingPreprocessor
    {
        private readonly ConcurrentDictionary<byte, bool> _met = [];

        public int Late => _met.Count;

        public bool IsLateAtFirst { get; init; }

        public ValueTask<PreparedInput> PrepareAsync(RawInput input, Func<double> draw, CancellationToken cancellation)
        {
            var number = (float)draw();
            if (IsLateAtFirst && _met.TryAdd(input.Bytes.Span[54], true)) throw new InvalidInputException(InputFault.Unusable, "too slow") { TookTooLong = true };
            return ValueTask.FromResult(new PreparedInput([new InputField("number", HostTensor.Create([number], 1))], 2));
        }
    }
}
