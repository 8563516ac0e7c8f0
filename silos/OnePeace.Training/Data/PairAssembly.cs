using OnePeace.Engine.Batching;
using OnePeace.Training.Masks;
using OnePeace.Training.Objectives;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Training.Data;

/// <summary>Brings prepared pairs to the device.</summary>
public static class PairAssembly
{
    /// <summary>One batch; its tensors belong to the caller's dispose scope.</summary>
    /// <param name="pairs">Two or more.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="type">The model's floating-point type.</param>
    public static PairBatch Assemble(PreparedPairs pairs, Device device, ScalarType type)
    {
        if (pairs.Size == 0) throw new ArgumentException($"The pairs of step {pairs.Step:N0} were all left out: go on with the next step.", nameof(pairs));
        var masks = new PairMasks
        {
            PivotAlone = Mask(pairs.Pivot, drawn => drawn.Alone, device),
            OtherAlone = Mask(pairs.Other, drawn => drawn.Alone, device),
            PivotJoint = Mask(pairs.Pivot, drawn => drawn.Joint, device),
            OtherJoint = Mask(pairs.Other, drawn => drawn.Joint, device),
        };
        return new PairBatch(Input(pairs.Pivot, device, type), Input(pairs.Other, device, type))
        {
            Size = pairs.Size,
            Masks = masks == new PairMasks() ? null : masks,
        };
    }

    private static ModelInput Input(PreparedSide side, Device device, ScalarType type) => new(side.Modality, BatchAssembly.Stack(side.Inputs, device, type));

    private static SideMask? Mask(PreparedSide side, Func<DrawnMasks, bool[]?> of, Device device) =>
        of(side.Masks[0]) is null ? null : MaskTensors.Collate([.. side.Masks.Select(drawn => of(drawn)!)], device);
}
