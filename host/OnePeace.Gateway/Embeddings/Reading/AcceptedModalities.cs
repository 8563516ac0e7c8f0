using OnePeace.Contracts.Transformers;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>Which modalities a request may name, and which of them take their text as it is.</summary>
internal sealed class AcceptedModalities(IReadOnlyList<ModalityState> served)
{
    /// <summary>What a bare string is: the first modality that reads plain text, of the model itself before any that was attached to it.</summary>
    public string? ForStrings { get; } = served.OrderBy(m => m.IsOfModel ? 0 : 1).FirstOrDefault(m => m.MediaTypes.Contains("text/plain"))?.Name;

    /// <summary>All names, for a message.</summary>
    public string Names => string.Join(", ", served.Select(m => m.Name));

    public ModalityState? Find(string name) => served.FirstOrDefault(m => m.Name == name);

    public static bool TakesText(IReadOnlyList<string> mediaTypes) => mediaTypes.Any(t => t.StartsWith("text/", StringComparison.Ordinal));
}
