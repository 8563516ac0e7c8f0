using OnePeace.Modalities;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>A batch of one modality on its way through a core.</summary>
public sealed record SegmentInput(ModalityModule Modality, ModalityBatch Batch);

/// <summary>Inputs to unit vectors, through a core and modalities that need not be attached to any model.</summary>
public static class Embeddings
{
    /// <summary>Unit vectors of a batch: of one modality, or of items that hold several in one joint sequence (the mean of its segments' embeddings, normalised).</summary>
    /// <param name="core">On the inputs' device, in their type.</param>
    /// <param name="inputs">At least one, all of one batch size.</param>
    /// <param name="pause">Comes between two layers: other work may be done there, on the same thread.</param>
    /// <returns><c>[B, D]</c>, owned by the caller's dispose scope.</returns>
    public static Tensor Of(TransformerCore core, IReadOnlyList<SegmentInput> inputs, Action? pause = null)
    {
        using var scope = NewDisposeScope();
        var features = Features(core, inputs, pause);                                                             // [B, l, D] each
        if (inputs.Count == 1) return inputs[0].Modality.Project(features[0]).MoveToOuterDisposeScope();   // [B, D]
        var vectors = features.Select((feature, i) => inputs[i].Modality.Project(feature));                // [B, D] each
        return nn.functional.normalize(stack(vectors, dim: 1).mean([1]), dim: 1, eps: 1e-12).MoveToOuterDisposeScope();
    }

    /// <summary>Every input's features after its own norm, <c>[B, l, D]</c> each, all inputs in one joint sequence.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static IReadOnlyList<Tensor> Features(TransformerCore core, IReadOnlyList<SegmentInput> inputs, Action? pause = null)
    {
        var padding = CommonPadding(inputs);
        using var scope = NewDisposeScope();
        var segments = inputs.Select(i => new Segment(i.Modality, i.Modality.Adaptor.call(i.Batch))).ToArray();
        return [.. core.Encode(segments, padding, Between(core, pause)).Select(f => f.MoveToOuterDisposeScope())];
    }

    private static LayerObserver? Between(TransformerCore core, Action? pause) => pause is null ? null : (layer, _) =>
    {
        if (layer < core.Shape.Layers - 1) pause();
    };

    private static PaddingMode CommonPadding(IReadOnlyList<SegmentInput> inputs)
    {
        if (inputs.Count == 0) throw new ArgumentException("A joint sequence needs at least one input.", nameof(inputs));
        var padding = inputs[0].Batch.Padding;
        return inputs.All(i => i.Batch.Padding == padding)
            ? padding
            : throw new ArgumentException("All inputs of one joint sequence must have the same padding mode.", nameof(inputs));
    }
}
