using OnePeace.Modalities;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>One modality's part of a model: options and weights by local name (<c>adapter.*</c>, <c>experts.N.*</c>, <c>norm.*</c>, <c>projection.*</c>).</summary>
public sealed record ModalitySource(string Name, ModalityOptions Options, IWeightSource Weights);

/// <summary>A model as stored, taken apart into a core and its modalities; nothing is loaded yet. Disposing closes the files.</summary>
public sealed class ModelSource(IDisposable files) : IDisposable
{
    public required string Name { get; init; }

    public required CoreShape Shape { get; init; }

    /// <summary>The core's weights by local name (<c>layers.0.self_attn.q_proj.weight</c>).</summary>
    public required IWeightSource Core { get; init; }

    public required IReadOnlyDictionary<string, ModalitySource> Modalities { get; init; }

    /// <summary>Natural logarithm of the contrastive temperature's inverse, or null where the file has none.</summary>
    public double? LogitScale { get; init; }

    public void Dispose() => files.Dispose();
}
