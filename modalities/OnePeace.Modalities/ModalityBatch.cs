using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>How padding in a batch is treated.</summary>
public enum PaddingMode
{
    /// <summary>An item's result does not depend on what shares its batch: it equals the official result of the item alone. For serving.</summary>
    Independent,

    /// <summary>Exactly as the official code treats a padded batch, where neighbours can leak in. For checks against it.</summary>
    Official,
}

/// <summary>A stacked batch of one modality: named tensors with a leading batch dimension. Does not own them.</summary>
public sealed class ModalityBatch(IReadOnlyDictionary<string, Tensor> fields)
{
    /// <summary>The tensor of a field, <c>[B, ...]</c>.</summary>
    /// <exception cref="KeyNotFoundException">The preprocessor made no such field.</exception>
    public Tensor this[string name] => fields.TryGetValue(name, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"The batch has no field '{name}'; it has {string.Join(", ", fields.Keys)}.");

    /// <summary>Whether the batch has a field that is optional.</summary>
    public bool Contains(string name) => fields.ContainsKey(name);

    public PaddingMode Padding { get; init; } = PaddingMode.Independent;

    /// <summary>
    /// For masked pretraining: the positions (CLS is 0) that stay visible, <c>[B, K]</c> int64, ascending, -1 where an item has fewer.
    /// Null when everything is visible.
    /// </summary>
    public Tensor? Preserved { get; init; }

    /// <summary>The same fields with only these positions visible (<see cref="Preserved"/>).</summary>
    public ModalityBatch WithPreserved(Tensor preserved) => new(fields) { Padding = Padding, Preserved = preserved };
}

/// <summary>What an adaptor hands to the core. Owned by the caller's dispose scope.</summary>
/// <param name="Embeddings"><c>[B, L, D]</c>; position 0 is CLS.</param>
/// <param name="PaddingMask"><c>[B, L]</c> bool, true where there is nothing.</param>
/// <param name="Biases">Attention biases, <c>[1 or B, H, L, L]</c>: none, one for all layers, or one a layer.</param>
public sealed record Tokens(Tensor Embeddings, Tensor PaddingMask, IReadOnlyList<Tensor> Biases);
