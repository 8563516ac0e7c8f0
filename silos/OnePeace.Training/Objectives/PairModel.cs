using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;

namespace OnePeace.Training.Objectives;

/// <summary>What a pair runs through; not owned.</summary>
/// <param name="Core">The shared Transformer.</param>
/// <param name="Pivot">What the other modality is aligned to.</param>
/// <param name="Other">The other modality.</param>
/// <param name="LogitScale">The contrastive temperature.</param>
public sealed record PairModel(TransformerCore Core, ModalityModule Pivot, ModalityModule Other, LogitScale LogitScale)
{
    /// <summary>Null where nothing is hidden.</summary>
    public DenoisingDecoder? Decoder { get; init; }

    /// <summary>A core with the same weights that is in evaluation mode, for a pivot pass without gradient; null to take <see cref="Core"/> as it is.</summary>
    public TransformerCore? PivotCore { get; init; }

    /// <summary>Whether anything that the pivot's own pass meets is trained.</summary>
    public bool PivotTrains => Core.parameters().Concat(Pivot.parameters()).Any(p => p.requires_grad);
}
