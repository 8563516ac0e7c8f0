using OnePeace.Modalities;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Training.Objectives;

/// <summary>A batch of pairs. In joint sequences the pivot comes first.</summary>
/// <param name="Pivot">What the other modality is aligned to (text, officially).</param>
/// <param name="Other">The other modality of the same items, in the same order.</param>
public sealed record PairBatch(ModelInput Pivot, ModelInput Other)
{
    /// <summary>B.</summary>
    public required int Size { get; init; }

    /// <summary>The pivot's unit vectors <c>[B, D]</c> where they are known already; null to compute them.</summary>
    public Tensor? PivotVectors { get; init; }

    /// <summary>What the denoising losses hide, or null without them.</summary>
    public PairMasks? Masks { get; init; }
}

/// <summary>What is hidden of one side in one masked pass.</summary>
/// <param name="Hidden"><c>[B, L]</c> bool, CLS included (never hidden).</param>
/// <param name="Preserved"><c>[B, K]</c>, as <see cref="ModalityBatch.Preserved"/> has it.</param>
public sealed record SideMask(Tensor Hidden, Tensor Preserved);

/// <summary>What is hidden in the masked passes of a pair; null for passes that the losses do not ask for.</summary>
public sealed record PairMasks
{
    public SideMask? PivotAlone { get; init; }

    public SideMask? OtherAlone { get; init; }

    public SideMask? PivotJoint { get; init; }

    public SideMask? OtherJoint { get; init; }
}
