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
    }

    public void Count(IEnumerable<InputItem> items, IEnumerable<ItemVector> vectors)
    {
        foreach (var part in items.SelectMany(i => i.Item.Parts))
            _inputs.Add(1, new KeyValuePair<string, object?>("modality", part.Modality));
        _tokens.Add(vectors.Sum(v => (long)v.Tokens));
    }
}
