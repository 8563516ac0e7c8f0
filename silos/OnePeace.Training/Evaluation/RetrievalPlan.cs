namespace OnePeace.Training.Evaluation;

/// <summary>What to evaluate.</summary>
/// <param name="Query">What searches.</param>
/// <param name="Gallery">The modality that is searched.</param>
public sealed record RetrievalPlan(RetrievalQuery Query, string Gallery)
{
    /// <summary>A modality between: the query finds items of it, and these search the gallery.</summary>
    public string? Via { get; init; }

    /// <summary>How many of the nearest items between are averaged.</summary>
    public int Hops { get; init; } = 1;

    /// <summary>Attributes whose values, joined in this order, are the query's text instead of the caption.</summary>
    public IReadOnlyList<string> TextAttributes { get; init; } = [];

    /// <summary>Whether the text names values of another item, so that only both parts together say which item is meant.</summary>
    public bool Mismatch { get; init; }

    /// <summary>Attributes that the meant item shares with the query's own item, apart from the named ones; all where there is none.</summary>
    public IReadOnlyList<string> SameAttributes { get; init; } = [];

    /// <summary>Of the intervals.</summary>
    public int Seed { get; init; }

    /// <summary>Every modality that takes part.</summary>
    public IEnumerable<string> Modalities => [.. Query.Modalities, Gallery, .. Via is null ? Array.Empty<string>() : [Via]];

    /// <summary>What stands opposite the query.</summary>
    public string OppositeQuery => Via ?? Gallery;

    /// <summary>What stands opposite the gallery; null for no one modality.</summary>
    public string? OppositeGallery => Via ?? OnlyPart;

    /// <summary>The query's modality where it has one only.</summary>
    public string? OnlyPart => Query.IsComposed ? null : Query.Parts[0].Modality;

    /// <exception cref="ArgumentException">The parts of the plan make no sense together.</exception>
    public void Check()
    {
        if (Query.Modalities.Contains(Gallery) && !Mismatch)
            throw new ArgumentException($"the query {Query} holds the gallery's own modality, so it would search for itself; choose another --gallery.");
        if (Via is not null && (Via == Gallery || Query.Modalities.Contains(Via)))
            throw new ArgumentException($"--via {Via} is a part of the query or the gallery already; go by a third modality.");
        if (Via is not null && Mismatch) throw new ArgumentException("--via and --mismatch do not go together; give one of them.");
        if (Hops < 1) throw new ArgumentException($"--hops is {Hops}, but must be 1 or more.");
        if (Hops > 1 && Via is null) throw new ArgumentException("--hops needs --via: it says how many items between are averaged.");
        if (Mismatch && (!Query.IsComposed || TextAttributes.Count == 0))
            throw new ArgumentException("--mismatch needs a query of several modalities, one of them taking text, and --text-attributes, which say what the text names.");
        if (SameAttributes.Count > 0 && !Mismatch) throw new ArgumentException("--same-attributes needs --mismatch.");
    }
}
