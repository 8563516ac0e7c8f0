using OnePeace.Modalities;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Denoising;

/// <summary>One modality's side of the decoder.</summary>
/// <param name="Modality">Its adaptor, experts and norm at the decoder's width; no projection.</param>
/// <param name="Part">What ties it to the encoder.</param>
public sealed record DenoisingBranch(ModalityModule Modality, DenoisingPart Part);

/// <summary>What an encoder made of one modality's visible positions.</summary>
/// <param name="Input">The input, with <see cref="ModalityBatch.Preserved"/> set.</param>
/// <param name="Features">The encoder's features of the visible positions, <c>[B, K, D]</c>.</param>
public sealed record DenoisingInput(ModelInput Input, Tensor Features);

/// <summary>The small Transformer of masked pretraining: predicts the encoder's features of hidden positions from those of visible ones.</summary>
public sealed class DenoisingDecoder : IDisposable
{
    private readonly Dictionary<string, DenoisingBranch> _branches;

    /// <param name="core">The decoder's Transformer; owned, like the branches.</param>
    /// <param name="branches">One a modality.</param>
    public DenoisingDecoder(TransformerCore core, IEnumerable<DenoisingBranch> branches)
    {
        Core = core;
        _branches = branches.ToDictionary(b => b.Modality.Name);
    }

    public TransformerCore Core { get; }

    public IReadOnlyDictionary<string, DenoisingBranch> Branches => _branches;

    /// <summary>Predictions for every position, in the encoder's width, <c>[B, L, D]</c> each; owned by the caller's dispose scope.</summary>
    /// <exception cref="KeyNotFoundException">The decoder has no such modality.</exception>
    public IReadOnlyList<Tensor> Decode(IReadOnlyList<DenoisingInput> inputs)
    {
        using var scope = NewDisposeScope();
        var branches = inputs.Select(i => Find(i.Input.Modality)).ToArray();
        var segments = inputs.Zip(branches, (input, branch) => new Segment(branch.Modality,
            branch.Modality.Adaptor.Restore(input.Input.Batch, branch.Part.Narrow(input.Features), branch.Part.MaskToken))).ToArray();
        var features = Core.call(segments, inputs[0].Input.Batch.Padding);
        return [.. features.Zip(branches, (feature, branch) => branch.Part.Predict(feature).MoveToOuterDisposeScope())];
    }

    public void Dispose()
    {
        foreach (var (modality, part) in _branches.Values)
        {
            modality.Dispose();
            part.Dispose();
        }
        Core.Dispose();
    }

    private DenoisingBranch Find(string name) => _branches.TryGetValue(name, out var branch)
        ? branch
        : throw new KeyNotFoundException($"The denoising decoder has no modality '{name}'; it has {string.Join(", ", _branches.Keys)}.");
}
