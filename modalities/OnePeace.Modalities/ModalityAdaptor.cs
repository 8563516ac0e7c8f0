using static TorchSharp.torch;

namespace OnePeace.Modalities;

/// <summary>Turns a batch of one modality's prepared inputs into tokens for the core.</summary>
/// <remarks>While it serves, an adaptor, its experts, norm and projection are called by several threads at once: whatever a forward pass keeps must be safe for that.</remarks>
public abstract class ModalityAdaptor(string name) : nn.Module<ModalityBatch, Tokens>(name)
{
    /// <summary>
    /// The decoder's side of masked pretraining: puts the embeddings of the preserved positions back in their places and
    /// <paramref name="maskToken"/> everywhere else.
    /// </summary>
    /// <param name="batch">The batch, with <see cref="ModalityBatch.Preserved"/> set.</param>
    /// <param name="preserved"><c>[B, K, D]</c>, the visible positions' features.</param>
    /// <param name="maskToken"><c>[1, D]</c>.</param>
    /// <exception cref="NotSupportedException">This modality has no decoder.</exception>
    public virtual Tokens Restore(ModalityBatch batch, Tensor preserved, Tensor maskToken) =>
        throw new NotSupportedException($"The adaptor {GetName()} cannot be a decoder: it does not implement {nameof(Restore)}.");
}
