using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>A run of consecutive tokens of one modality inside one joint sequence.</summary>
/// <param name="Modality">Whose experts and norm these tokens meet.</param>
/// <param name="Tokens">What its adaptor made.</param>
public sealed record Segment(ModalityModule Modality, Tokens Tokens)
{
    /// <summary>L, the number of tokens of each item; known even after the tokens are gone.</summary>
    public long Length { get; } = Tokens.Embeddings.size(1);
}

/// <summary>Sees one layer's output, <c>[B, L, D]</c> of the whole joint sequence. The core owns the tensor: keep a copy, not it.</summary>
public delegate void LayerObserver(int layer, Tensor output);
