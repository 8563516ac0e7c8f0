using System.Diagnostics.Metrics;
using OnePeace.Contracts.Transformers;
using OnePeace.Gateway.Embeddings.Reading;

namespace OnePeace.Gateway.Embeddings;

/// <summary>What was embedded, for <c>/metrics</c>.</summary>
internal sealed class EmbeddingMetrics
{
    public const string MeterName = "OnePeace.Gateway";

    private readonly Counter<long> _inputs;
    private readonly Counter<long> _tokens;

    public EmbeddingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _inputs = meter.CreateCounter<long>("onepeace.embedding.inputs", description: "Inputs embedded, by modality.");
        _tokens = meter.CreateCounter<long>("onepeace.embedding.tokens", description: "Tokens that embedded items became.");
        _tokens.Add(0);
    }

    /// <summary>From now on there is a count of these modalities' inputs, if only of none.</summary>
    public void Know(IEnumerable<ModalityState> modalities)
    {
        foreach (var modality in modalities) _inputs.Add(0, Modality(modality.Name));
    }

    public void Count(IEnumerable<InputItem> items, IEnumerable<ItemVector> vectors)
    {
        foreach (var part in items.SelectMany(i => i.Item.Parts))
            _inputs.Add(1, Modality(part.Modality));
        _tokens.Add(vectors.Sum(v => (long)v.Tokens));
    }

    private static KeyValuePair<string, object?> Modality(string name) => new("modality", name);
}
