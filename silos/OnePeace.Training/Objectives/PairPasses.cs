using OnePeace.Modalities;
using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;
using static TorchSharp.torch;

namespace OnePeace.Training.Objectives;

/// <summary>What a core made of one side of a batch; owned by the caller's dispose scope.</summary>
/// <param name="Features">After the modality's norm, <c>[B, L, D]</c>.</param>
/// <param name="Padding"><c>[B, L]</c> bool, true where there is nothing.</param>
/// <param name="Vectors">Unit vectors, <c>[B, D]</c>, where the contrastive loss wants them.</param>
internal sealed record EncodedSide(Tensor Features, Tensor Padding, Tensor? Vectors = null);

/// <summary>The passes of a pair through the encoder and, where something is hidden, the decoder. Null where no loss asks for one.</summary>
internal sealed class PairPasses(PairModel model, PairLossOptions options)
{
    /// <summary>The pivot alone, nothing hidden; without vectors where the batch brings them.</summary>
    public EncodedSide? EncodePivot(PairBatch batch)
    {
        var contrasts = options.Contrastive > 0 && batch.PivotVectors is null;
        if (!contrasts && options.PivotAlone <= 0) return null;
        var frozen = options.FreezePivotPass || !model.PivotTrains;
        if (!frozen && model.PivotCore is not null)
            throw new InvalidOperationException("A core of the pivot's own gets no gradient, but core or pivot are trained: freeze them, set FreezePivotPass, or leave PivotCore out.");
        return EncodeAlone(frozen ? model.PivotCore ?? model.Core : model.Core, new(model.Pivot, batch.Pivot.Batch), contrasts, contrasts && !frozen);
    }

    /// <summary>The other modality alone, nothing hidden.</summary>
    public EncodedSide? EncodeOther(PairBatch batch)
    {
        var contrasts = options.Contrastive > 0;
        var teaches = options.OtherAlone > 0 && options.TeacherOfOtherAlone == Teacher.Alone;
        return contrasts || teaches ? EncodeAlone(model.Core, new(model.Other, batch.Other.Batch), contrasts, contrasts) : null;
    }

    /// <summary>Both in one sequence, nothing hidden; a teacher, so without gradient.</summary>
    public (EncodedSide Pivot, EncodedSide Other)? EncodeJoint(PairBatch batch)
    {
        if (!options.Joins && (options.OtherAlone <= 0 || options.TeacherOfOtherAlone == Teacher.Alone)) return null;
        using var _ = no_grad();
        return Encode(model.Core, new(model.Pivot, batch.Pivot.Batch), new(model.Other, batch.Other.Batch)) is [var pivot, var other] ? (pivot, other) : null;
    }

    /// <summary>Predictions for every token of the pivot's masked pass, <c>[B, L, D]</c>.</summary>
    public Tensor? PredictPivot(PairBatch batch) =>
        options.PivotAlone > 0 ? Predict(Hide(model.Pivot, batch.Pivot, batch.Masks!.PivotAlone!))[0] : null;

    /// <summary>Predictions for every token of the other modality's masked pass, <c>[B, L, D]</c>.</summary>
    public Tensor? PredictOther(PairBatch batch) =>
        options.OtherAlone > 0 ? Predict(Hide(model.Other, batch.Other, batch.Masks!.OtherAlone!))[0] : null;

    /// <summary>Predictions for every token of the joint masked pass.</summary>
    public (Tensor Pivot, Tensor Other)? PredictJoint(PairBatch batch) =>
        options.Joins && Predict(Hide(model.Pivot, batch.Pivot, batch.Masks!.PivotJoint!), Hide(model.Other, batch.Other, batch.Masks.OtherJoint!)) is [var pivot, var other]
            ? (pivot, other)
            : null;

    private Tensor[] Predict(params IReadOnlyList<SegmentInput> masked)
    {
        using var scope = NewDisposeScope();
        var features = Embeddings.Features(model.Core, masked);                                      // [B, K, D] each
        var visible = masked.Zip(features, (input, feature) => new DenoisingInput(new ModelInput(input.Modality.Name, input.Batch), feature));
        return [.. model.Decoder!.Decode([.. visible]).Select(prediction => prediction.MoveToOuterDisposeScope())];
    }

    private static SegmentInput Hide(ModalityModule modality, ModelInput input, SideMask mask) => new(modality, input.Batch.WithPreserved(mask.Preserved));

    private static EncodedSide EncodeAlone(TransformerCore core, SegmentInput input, bool projects, bool trains)
    {
        using var guard = trains ? null : no_grad();
        var side = Encode(core, input)[0];
        return projects ? side with { Vectors = input.Modality.Project(side.Features) } : side;
    }

    private static EncodedSide[] Encode(TransformerCore core, params IReadOnlyList<SegmentInput> inputs)
    {
        using var scope = NewDisposeScope();
        var segments = inputs.Select(input => new Segment(input.Modality, input.Modality.Adaptor.call(input.Batch))).ToArray();
        var features = core.call(segments, inputs[0].Batch.Padding);
        return [.. segments.Zip(features, (segment, feature) =>
            new EncodedSide(feature.MoveToOuterDisposeScope(), segment.Tokens.PaddingMask.alias().MoveToOuterDisposeScope()))];
    }
}
