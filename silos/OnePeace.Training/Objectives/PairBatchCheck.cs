using OnePeace.Modalities.Layers;
using OnePeace.Transformer;

namespace OnePeace.Training.Objectives;

/// <summary>Whether a batch holds what the losses ask for.</summary>
internal static class PairBatchCheck
{
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void Check(PairBatch batch, PairModel model, PairLossOptions options)
    {
        Expect(batch.Pivot, model.Pivot, "pivot");
        Expect(batch.Other, model.Other, "other modality");
        if (batch.Pivot.Batch.Padding != batch.Other.Batch.Padding)
            throw new ArgumentException("Both sides of a pair must have the same padding mode.", nameof(batch));
        if (batch.PivotVectors is { } vectors && !vectors.Sizes().SequenceEqual([batch.Size, model.Core.Shape.Width]))
            throw new ArgumentException($"The pivot's vectors must be [{batch.Size}, {model.Core.Shape.Width}], but are [{string.Join(", ", vectors.Sizes())}].", nameof(batch));
        Require(options.PivotAlone, batch.Masks?.PivotAlone, nameof(PairMasks.PivotAlone));
        Require(options.OtherAlone, batch.Masks?.OtherAlone, nameof(PairMasks.OtherAlone));
        Require(options.Joins ? 1 : 0, batch.Masks?.PivotJoint, nameof(PairMasks.PivotJoint));
        Require(options.Joins ? 1 : 0, batch.Masks?.OtherJoint, nameof(PairMasks.OtherJoint));
    }

    private static void Expect(ModelInput input, ModalityModule modality, string side)
    {
        if (input.Modality != modality.Name)
            throw new ArgumentException($"The {side} is '{modality.Name}', but the batch brings '{input.Modality}'.", nameof(input));
    }

    private static void Require(double weight, SideMask? mask, string name)
    {
        if (weight > 0 && mask is null)
            throw new ArgumentException($"A loss with a weight above 0 needs the mask {name}, but the batch has none: make it, or set the weight to 0.", nameof(mask));
    }
}
