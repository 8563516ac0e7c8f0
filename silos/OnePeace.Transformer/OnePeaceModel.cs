using System.Collections.Immutable;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer;

/// <summary>One modality's inputs in a joint sequence.</summary>
public sealed record ModelInput(string Modality, ModalityBatch Batch);

/// <summary>A core and the modalities attached to it now.</summary>
/// <remarks>Attaching and detaching may happen on any thread; a forward pass uses the modalities that it found when it began.</remarks>
public sealed class OnePeaceModel(TransformerCore core) : IDisposable
{
    private ImmutableDictionary<string, ModalityModule> _modalities = ImmutableDictionary<string, ModalityModule>.Empty;

    public TransformerCore Core { get; } = core;

    public LogitScale LogitScale { get; } = new();

    /// <summary>The attached modalities by name: a snapshot that does not change.</summary>
    public ImmutableDictionary<string, ModalityModule> Modalities => Volatile.Read(ref _modalities);

    /// <summary>Attaches a modality, in place of the one of the same name if there is one.</summary>
    /// <returns>The modality replaced, or null; the caller disposes it when its last forward pass is over.</returns>
    /// <exception cref="ArgumentException">It was built for a core of another shape.</exception>
    public ModalityModule? Attach(ModalityModule modality)
    {
        if (modality.Shape != Core.Shape)
            throw new ArgumentException($"The modality '{modality.Name}' was built for {modality.Shape}, but this core is {Core.Shape}.", nameof(modality));
        return Swap(all => all.SetItem(modality.Name, modality), modality.Name);
    }

    /// <summary>Detaches a modality.</summary>
    /// <returns>It, or null if it was not attached; the caller disposes it when its last forward pass is over.</returns>
    public ModalityModule? Detach(string name) => Swap(all => all.Remove(name), name);

    /// <summary>Unit vectors of a batch of one modality, <c>[B, D]</c>, owned by the caller's dispose scope.</summary>
    /// <exception cref="KeyNotFoundException">The modality is not attached.</exception>
    public Tensor Embed(string name, ModalityBatch batch)
    {
        var modality = Find(Modalities, name);
        using var scope = NewDisposeScope();
        var features = Core.call([new Segment(modality, modality.Adaptor.call(batch))], batch.Padding)[0];   // [B, L, D]
        return modality.Project(features).MoveToOuterDisposeScope();                                         // [B, D]
    }

    /// <summary>Unit vectors of items that hold several modalities: one joint sequence an item, the mean of its segments' embeddings, normalised; <c>[B, D]</c>.</summary>
    /// <inheritdoc cref="Embed" path="/exception"/>
    public Tensor EmbedJoint(IReadOnlyList<ModelInput> inputs)
    {
        var modalities = Modalities;
        using var scope = NewDisposeScope();
        var features = Encode(inputs, modalities);
        var vectors = features.Select((feature, i) => Find(modalities, inputs[i].Modality).Project(feature));          // [B, D] each
        return nn.functional.normalize(stack(vectors, dim: 1).mean([1]), dim: 1, eps: 1e-12).MoveToOuterDisposeScope();
    }

    /// <summary>Every input's features after its own norm, <c>[B, l, D]</c> each, all inputs in one joint sequence.</summary>
    /// <inheritdoc cref="Embed" path="/exception"/>
    public IReadOnlyList<Tensor> Encode(IReadOnlyList<ModelInput> inputs) => Encode(inputs, Modalities);

    public void Dispose()
    {
        foreach (var modality in Interlocked.Exchange(ref _modalities, _modalities.Clear()).Values)
            modality.Dispose();
        LogitScale.Dispose();
        Core.Dispose();
    }

    private IReadOnlyList<Tensor> Encode(IReadOnlyList<ModelInput> inputs, ImmutableDictionary<string, ModalityModule> modalities)
    {
        var padding = CommonPadding(inputs);
        using var scope = NewDisposeScope();
        var segments = inputs.Select(i => (Modality: Find(modalities, i.Modality), i.Batch))
            .Select(i => new Segment(i.Modality, i.Modality.Adaptor.call(i.Batch))).ToArray();
        return [.. Core.call(segments, padding).Select(f => f.MoveToOuterDisposeScope())];
    }

    private static PaddingMode CommonPadding(IReadOnlyList<ModelInput> inputs)
    {
        if (inputs.Count == 0) throw new ArgumentException("A joint sequence needs at least one input.", nameof(inputs));
        var padding = inputs[0].Batch.Padding;
        return inputs.All(i => i.Batch.Padding == padding)
            ? padding
            : throw new ArgumentException("All inputs of one joint sequence must have the same padding mode.", nameof(inputs));
    }

    private ModalityModule? Swap(Func<ImmutableDictionary<string, ModalityModule>, ImmutableDictionary<string, ModalityModule>> change, string name)
    {
        while (true)
        {
            var before = Modalities;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _modalities, change(before), before), before))
                return before.GetValueOrDefault(name);
        }
    }

    private static ModalityModule Find(ImmutableDictionary<string, ModalityModule> modalities, string name) =>
        modalities.GetValueOrDefault(name)
        ?? throw new KeyNotFoundException($"The modality '{name}' is not attached; attached are: {string.Join(", ", modalities.Keys.Order(StringComparer.Ordinal))}.");
}
