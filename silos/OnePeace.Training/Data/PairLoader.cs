using System.Runtime.CompilerServices;
using OnePeace.Modalities;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Data;

/// <summary>How batches are prepared ahead.</summary>
public sealed record PairLoaderOptions
{
    /// <summary>Batches that are prepared or being prepared while one is used.</summary>
    public int Prefetch { get; init; } = 4;

    /// <summary>Pairs that are prepared at the same time.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Memory for prepared pairs that are kept for the next epochs; 0 keeps none.</summary>
    public long CacheBytes { get; init; }

    /// <summary>How long one input may take to be prepared before it is tried once more; where that takes as long, the run ends.</summary>
    public TimeSpan PrepareLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long <see cref="PairLoader.DisposeAsync"/> waits for plugins that do not heed cancellation.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Prepares the batches of a data set on the thread pool while the device is busy, and hands them out in the order of steps.</summary>
/// <remarks>Bad pairs are left out of their batch and noted in <see cref="Bad"/>. Does not own the source.</remarks>
public sealed class PairLoader : IAsyncDisposable
{
    private readonly PairSampler _sampler;
    private readonly PairSide _pivot;
    private readonly PairSide _other;
    private readonly PairLoaderOptions _options;
    private readonly PairPreparation _preparation;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();

    public PairLoader(IPairSource source, PairSampler sampler, PairSide pivot, PairSide other, PairLoaderOptions? options = null)
    {
        (_sampler, _pivot, _other, _options) = (sampler, pivot, other, options ?? new());
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Prefetch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Parallelism, 1, nameof(options));
        MaskDrawing.Check(pivot.Masking);
        MaskDrawing.Check(other.Masking);
        _preparation = new PairPreparation(source, pivot, other, _options, Bad);
        _slots = new SemaphoreSlim(_options.Parallelism);
    }

    public BadPairs Bad { get; } = new();

    /// <summary>Batches from a step on, without end.</summary>
    /// <param name="firstStep">Counted from 0; what comes is what a run from 0 would have had there.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">No batch of a whole epoch has two good pairs.</exception>
    /// <exception cref="LostDataException">The data set is gone, or an input was not prepared in time.</exception>
    public async IAsyncEnumerable<PreparedPairs> ReadAsync(long firstStep = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellation);
        var ahead = new Queue<Task<PreparedPairs>>();
        var (step, empty) = (firstStep, 0);
        try
        {
            while (true)
            {
                while (ahead.Count <= _options.Prefetch)
                    ahead.Enqueue(PrepareAsync(step++, stop.Token));
                var pairs = await ahead.Dequeue().WaitAsync(stop.Token).ConfigureAwait(false);
                empty = pairs.Size == 0 ? empty + 1 : 0;
                if (empty >= _sampler.BatchesPerEpoch) throw NothingGood();
                yield return pairs;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops everything, and waits for what runs, but not for ever.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        using var grace = new CancellationTokenSource(_options.Grace);
        try
        {
            for (var slot = 0; slot < _options.Parallelism; slot++)
                await _slots.WaitAsync(grace.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // a plugin did not come back: it ends when it likes, and nobody waits for what it makes
        }
    }

    private async Task<PreparedPairs> PrepareAsync(long step, CancellationToken cancellation)
    {
        var indices = await Task.Run(() => _sampler.Batch(step), cancellation).ConfigureAwait(false);
        var prepared = await Task.WhenAll(indices.Select(index => PrepareAsync(Draws(step, index), cancellation))).ConfigureAwait(false);
        var pairs = OneLane([.. prepared.OfType<PreparedPair>()]);
        if (pairs.Count < 2) pairs = [];
        return new PreparedPairs(
            step,
            [.. pairs.Select(pair => pair.Index)],
            [.. pairs.Select(pair => pair.Id)],
            Masked(_pivot, Side.Pivot, step, [.. pairs.Select(pair => (pair.Index, pair.Pivot))]),
            Masked(_other, Side.Other, step, [.. pairs.Select(pair => (pair.Index, pair.Other))]),
            [.. pairs.Select(pair => pair.PivotKey)]);
    }

    private async Task<PreparedPair?> PrepareAsync(PairDraws draws, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => _preparation.PrepareAsync(draws, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Only pairs of one form can be stacked: those of the most common one.</summary>
    private List<PreparedPair> OneLane(IReadOnlyList<PreparedPair> pairs)
    {
        var most = pairs.GroupBy(pair => pair.Lane).MaxBy(lane => lane.Count())?.Key;
        foreach (var pair in pairs.Where(pair => pair.Lane != most))
            Bad.Add(_preparation.Bad(pair.Index, pair.Id, $"Its tensors are '{pair.Lane}', but the others' of its batch are '{most}'."));
        return [.. pairs.Where(pair => pair.Lane == most)];
    }

    private PreparedSide Masked(PairSide side, Side which, long step, IReadOnlyList<(int Index, PreparedInput Input)> items) => new(
        side.Modality,
        [.. items.Select(item => item.Input)],
        [.. items.Select(item => MaskDrawing.Draw(side.Masking, item.Input, side.Passes, Draws(step, item.Index).Keys(which)))]);

    private PairDraws Draws(long step, int index) => new(_sampler.Seed, step, index);

    private InvalidDataException NothingGood() => new(
        $"No batch of a whole epoch ({_sampler.BatchesPerEpoch:N0} of {_sampler.BatchSize:N0} pairs) has two good pairs; {Bad.Count:N0} are bad. The first: "
        + Bad.Examples);
}
