namespace OnePeace.Training.Evaluation;

/// <summary>How one way of searching fared.</summary>
/// <param name="Query">What searched.</param>
/// <param name="Gallery">What was searched.</param>
/// <param name="Via">The modality between, or null.</param>
/// <param name="Recall">How well.</param>
/// <param name="Attributes">How often the first find has the wanted value, by attribute.</param>
public sealed record RetrievalResult(string Query, string Gallery, string? Via, Recall Recall, IReadOnlyDictionary<string, AttributeAccuracy> Attributes)
{
    public string Label => Via is null ? Query : $"{Query} via {Via}";
}

/// <summary>What an evaluation found.</summary>
/// <param name="Results">First what was asked for, then what it is to be compared with.</param>
/// <param name="Cases">The queries.</param>
/// <param name="Candidates">The gallery's items.</param>
/// <param name="Skipped">How many items of the split could not take part.</param>
public sealed record RetrievalOutcome(IReadOnlyList<RetrievalResult> Results, IReadOnlyList<RetrievalCase> Cases, IReadOnlyList<RetrievalItem> Candidates, int Skipped)
{
    /// <summary>One unit vector a query, of the first result.</summary>
    public required IReadOnlyList<float[]> QueryVectors { get; init; }

    public required IReadOnlyList<float[]> GalleryVectors { get; init; }

    /// <summary>Of the first result.</summary>
    public required Ranking Ranking { get; init; }
}
