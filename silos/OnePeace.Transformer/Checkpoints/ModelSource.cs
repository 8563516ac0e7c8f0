using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>One modality's part of a model: options and weights by local name (<c>adapter.*</c>, <c>experts.N.*</c>, <c>norm.*</c>, <c>projection.*</c>).</summary>
public sealed record ModalitySource(string Name, ModalityOptions Options, IWeightSource Weights)
{
    public string Version { get; init; } = "1";

    /// <summary>The options, with what the plugin reads off the weights' shapes.</summary>
    public ModalityOptions CompleteOptions(IModality plugin) => plugin.CompleteOptions(Options, Weights.Weights.ToDictionary(w => w.Key, w => w.Value.Shape));
}

/// <summary>A weight that stays behind: no part of a model that encodes.</summary>
public sealed record SkippedWeight(string Name, string Reason);

/// <summary>A model as stored, taken apart into a core and its modalities; nothing is loaded yet. Disposing closes the files.</summary>
public sealed class ModelSource(IDisposable files) : IDisposable
{
    private readonly string? _coreHash;

    public required string Name { get; init; }

    public required CoreShape Shape { get; init; }

    /// <summary>The core's weights by local name (<c>layers.0.self_attn.q_proj.weight</c>).</summary>
    public required IWeightSource Core { get; init; }

    public required IReadOnlyDictionary<string, ModalitySource> Modalities { get; init; }

    /// <summary>Natural logarithm of the contrastive temperature's inverse, or null where the file has none.</summary>
    public double? LogitScale { get; init; }

    /// <summary>What users should know of this model, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>What the file holds beside the model.</summary>
    public IReadOnlyList<SkippedWeight> Skipped { get; init; } = [];

    /// <summary>SHA-256 of the core (<see cref="CoreFile"/>), lower-case hexadecimal. Where it is not stored, every use reads the whole core.</summary>
    public string CoreHash
    {
        get => _coreHash ?? CoreFile.Hash(Core, Shape);
        init => _coreHash = value;
    }

    /// <summary>The modalities of these names, in order of name; all where null.</summary>
    /// <exception cref="KeyNotFoundException">There is no such modality.</exception>
    public IReadOnlyList<ModalitySource> Choose(IReadOnlyCollection<string>? names)
    {
        if ((names ?? []).FirstOrDefault(n => !Modalities.ContainsKey(n)) is { } missing)
            throw new KeyNotFoundException($"The model '{Name}' has no modality '{missing}'; it has {string.Join(", ", Modalities.Keys.Order(StringComparer.Ordinal))}.");
        return [.. Modalities.Values.Where(m => names?.Contains(m.Name) ?? true).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => files.Dispose();
}
