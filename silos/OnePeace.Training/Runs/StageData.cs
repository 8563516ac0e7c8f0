using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OnePeace.Modalities;
using OnePeace.Training.Data;
using OnePeace.Training.Masks;
using OnePeace.Training.Models;

namespace OnePeace.Training.Runs;

/// <summary>A stage's pairs: prepared ahead while the device computes, and those to validate on, which stay in memory.</summary>
internal sealed class StageData : IAsyncDisposable
{
    private const int ValidationBatches = 8;
    private const long CacheBytes = 1L << 30;

    private readonly IPairSource _source;
    private readonly PairLoader _loader;
    private readonly int _accumulate;
    private IAsyncEnumerator<PreparedPairs>? _batches;
    private long _next;

    private StageData(IPairSource source, PairLoader loader, int accumulate) => (_source, _loader, _accumulate) = (source, loader, accumulate);

    /// <summary>SHA-256 of what the index of the training pairs tells: how many there are, in which groups, in which order; and of how many there are to validate on.</summary>
    public string Digest()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var pair = 0; pair < _source.Count; pair++) sha.AppendData(Encoding.UTF8.GetBytes(_source.Group(pair)));
        sha.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\nvalidation {ValidationPairs}")));
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>Of the pairs to train on.</summary>
    public BadPairs Bad => _loader.Bad;

    /// <summary>Bad pairs of both kinds, as far as they are told with a reason.</summary>
    public IReadOnlyList<BadPair> Listed => [.. BadOfValidation.Listed.Select(pair => pair with { Validation = true }), .. Bad.Listed];

    /// <summary>How many pairs of both kinds are bad.</summary>
    public int BadCount => BadOfValidation.Count + Bad.Count;

    private BadPairs BadOfValidation { get; init; } = new();

    /// <summary>Batches to validate on; none where the recipe names no such pairs.</summary>
    public IReadOnlyList<PreparedPairs> Validation { get; private init; } = [];

    private int ValidationPairs { get; init; }

    /// <exception cref="InvalidDataException">The data are not such pairs.</exception>
    public static async Task<StageData> OpenAsync(StageSetting setting, TrainingModel model, CancellationToken cancellation)
    {
        var stage = setting.Stage;
        PairSide pivot = Side(setting, model.Pivot.Modality, model.Pivot.Options, stage.Losses.PivotAlone > 0), other = Side(setting, model.Other.Modality, model.Other.Options, stage.Losses.OtherAlone > 0);
        var (validation, pairs, bad) = setting.Validation is null ? ([], 0, new()) : await ReadValidationAsync(setting, pivot, other, cancellation).ConfigureAwait(false);
        var source = Open(setting, setting.Data, pivot, other, cancellation);
        try
        {
            var sampler = new PairSampler(source, stage.BatchSize, (ulong)StableSeed.Of(setting.Seed, stage.Name, "pairs"));
            return new StageData(source, new PairLoader(source, sampler, pivot, other, new PairLoaderOptions { CacheBytes = CacheBytes, Parallelism = setting.Parallelism }), stage.Accumulate) { Validation = validation, ValidationPairs = pairs, BadOfValidation = bad };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Counts pairs that were met before the run was stopped.</summary>
    public void Recall(IEnumerable<BadPair> pairs)
    {
        foreach (var pair in pairs) (pair.Validation ? BadOfValidation : Bad).Add(pair);
    }

    /// <summary>The batches of an optimiser step.</summary>
    /// <param name="step">From 0; usually the one after the last.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<PreparedPairs>> NextAsync(long step, CancellationToken cancellation)
    {
        if (_batches is null || _next != step * _accumulate)
        {
            if (_batches is not null) await _batches.DisposeAsync().ConfigureAwait(false);
            _next = step * _accumulate;
            _batches = _loader.ReadAsync(_next, CancellationToken.None).GetAsyncEnumerator(cancellation);
        }
        var batches = new List<PreparedPairs>(_accumulate);
        while (batches.Count < _accumulate && await _batches.MoveNextAsync().ConfigureAwait(false)) batches.Add(_batches.Current);
        _next += _accumulate;
        return batches;
    }

    public async ValueTask DisposeAsync()
    {
        if (_batches is not null) await _batches.DisposeAsync().ConfigureAwait(false);
        await _loader.DisposeAsync().ConfigureAwait(false);
        _source.Dispose();
    }

    private static PairSide Side(StageSetting setting, IModality modality, ModalityOptions options, bool alone)
    {
        var passes = (alone ? MaskedPasses.Alone : 0) | (setting.Stage.Losses.Joins ? MaskedPasses.Joint : 0);
        return PairSide.Of(modality, options, passes, setting.Stage.Masking?.GetValueOrDefault(modality.Name), setting.Stage.Augment?.GetValueOrDefault(modality.Name));
    }

    private static IPairSource Open(StageSetting setting, string path, PairSide pivot, PairSide other, CancellationToken cancellation) =>
        PairSources.Open(path, PairModality.Of(setting.Stage, setting.Plugins), setting.Stage.Columns, cancellation);

    private static async Task<(IReadOnlyList<PreparedPairs> Batches, int Pairs, BadPairs Bad)> ReadValidationAsync(StageSetting setting, PairSide pivot, PairSide other, CancellationToken cancellation)
    {
        using var source = Open(setting, setting.Validation!, pivot.Still(), other.Still(), cancellation);
        var groups = Enumerable.Range(0, source.Count).Select(source.Group).Distinct().Count();
        if (groups < 2) throw new InvalidDataException($"Validation needs two pairs or more that mean different things, but {setting.Validation} has {source.Count:N0} in {groups:N0} groups: add some, or leave 'validation' out.");
        var sampler = new PairSampler(source, Math.Min(setting.Stage.BatchSize, groups), seed: 0);
        var loader = new PairLoader(source, sampler, pivot.Still(), other.Still(), new PairLoaderOptions { Parallelism = setting.Parallelism });
        await using (loader.ConfigureAwait(false))
        {
            var batches = new List<PreparedPairs>();
            await foreach (var batch in loader.ReadAsync(0, cancellation).ConfigureAwait(false))
            {
                batches.Add(batch);
                if (batches.Count >= Math.Min(ValidationBatches, sampler.BatchesPerEpoch)) break;
            }
            return batches.Any(batch => batch.Size > 0) ? (batches, source.Count, loader.Bad) : throw new InvalidDataException(
                $"None of the first {batches.Count:N0} batches of {setting.Validation} has two good pairs. The first: {loader.Bad.Examples}");
        }
    }
}
