using System.Collections.Concurrent;
using System.Security.Cryptography;
using OnePeace.Engine.Batching;
using OnePeace.Modalities;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Data;

/// <summary>A pair of which both sides are prepared.</summary>
internal sealed record PreparedPair(int Index, string Id, PreparedInput Pivot, PreparedInput Other, string PivotKey)
{
    /// <summary>What pairs must have in common to share a batch.</summary>
    public string Lane { get; } = BatchAssembly.Lane("", Pivot) + BatchAssembly.Lane(" and", Other);

    public long Bytes => Pivot.Fields.Concat(Other.Fields).Sum(f => (long)f.Value.Bytes.Length);
}

/// <summary>Reads and prepares single pairs, and keeps what is prepared as far as a budget allows. Thread-safe.</summary>
internal sealed class PairPreparation(IPairSource source, PairSide pivot, PairSide other, PairLoaderOptions options, BadPairs bad)
{
    private readonly ConcurrentDictionary<int, PreparedPair> _kept = [];
    private readonly TimedPreparation _inputs = new(options.PrepareLimit);
    private long _left = pivot.Augmenting is null && other.Augmenting is null ? options.CacheBytes : 0;   // what is changed at random is another one every time

    /// <summary>Null for a bad pair, which is noted.</summary>
    /// <param name="draws">What is random about it.</param>
    /// <exception cref="LostDataException">The data set is gone, or an input was not prepared in time; no pair is to blame.</exception>
    public async Task<PreparedPair?> PrepareAsync(PairDraws draws, CancellationToken cancellation)
    {
        var index = draws.Index;
        if (_kept.TryGetValue(index, out var kept)) return kept;
        string? id = null;
        try
        {
            var stored = await source.ReadAsync(index, cancellation).ConfigureAwait(false);
            id = stored.Id;
            var raw = Input(stored, pivot);
            var pair = new PreparedPair(
                index,
                id,
                await _inputs.PrepareAsync(id, pivot, raw, () => draws.ForAugmentation(Side.Pivot), cancellation).ConfigureAwait(false),
                await _inputs.PrepareAsync(id, other, Input(stored, other), () => draws.ForAugmentation(Side.Other), cancellation).ConfigureAwait(false),
                Convert.ToHexStringLower(SHA256.HashData(raw.Bytes.Span)));
            Keep(pair);
            return pair;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not LostDataException)   // a plugin may throw anything; one pair must not end a run
        {
            bad.Add(Bad(index, id ?? (e as BadPairException)?.Id, e is BadPairException or InvalidInputException ? e.Message : $"It could not be prepared: {e.Message}"));
            return null;
        }
    }

    /// <param name="id">Null where it is not known.</param>
    public BadPair Bad(int index, string? id, string reason) => new(index, id ?? source.Place(index), reason) { Place = source.Place(index) };

    private static RawInput Input(StoredPair stored, PairSide side) => stored.Inputs.TryGetValue(side.Modality, out var input)
        ? input
        : throw new BadPairException($"Pair '{stored.Id}' has no {side.Modality}, only {string.Join(", ", stored.Inputs.Keys)}.");

    private void Keep(PreparedPair pair)
    {
        if (Volatile.Read(ref _left) < pair.Bytes) return;
        if (Interlocked.Add(ref _left, -pair.Bytes) < 0 || !_kept.TryAdd(pair.Index, pair)) Interlocked.Add(ref _left, pair.Bytes);
    }
}
