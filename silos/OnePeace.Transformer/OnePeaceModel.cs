using System.Collections.Immutable;
using OnePeace.Modalities;
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
    public Tensor Embed(string name, ModalityBatch batch) => EmbedJoint([new ModelInput(name, batch)]);

    /// <summary>Unit vectors of items that hold several modalities: one joint sequence an item, the mean of its segments' embeddings, normalised; <c>[B, D]</c>.</summary>
    /// <inheritdoc cref="Embed" path="/exception"/>
    public Tensor EmbedJoint(IReadOnlyList<ModelInput> inputs) => Embeddings.Of(Core, Find(inputs));

    /// <summary>Every input's features after its own norm, <c>[B, l, D]</c> each, all inputs in one joint sequence.</summary>
    /// <inheritdoc cref="Embed" path="/exception"/>
    public IReadOnlyList<Tensor> Encode(IReadOnlyList<ModelInput> inputs) => Embeddings.Features(Core, Find(inputs));

    public void Dispose()
    {
        foreach (var modality in Interlocked.Exchange(ref _modalities, _modalities.Clear()).Values)
            modality.Dispose();
        LogitScale.Dispose();
        Core.Dispose();
    }

    private SegmentInput[] Find(IReadOnlyList<ModelInput> inputs)
    {
        var modalities = Modalities;
        return [.. inputs.Select(i => new SegmentInput(Find(modalities, i.Modality), i.Batch))];
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
