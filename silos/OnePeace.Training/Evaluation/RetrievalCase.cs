namespace OnePeace.Training.Evaluation;

/// <summary>One query, before it is encoded.</summary>
/// <param name="Source">The item whose inputs it is made of.</param>
/// <param name="Words">Its text where that is not the caption.</param>
/// <param name="Wanted">Attributes of what it should find.</param>
/// <param name="IsWanted">Whether an item is a right answer.</param>
public sealed record RetrievalCase(RetrievalItem Source, string? Words, IReadOnlyDictionary<string, string> Wanted, Func<RetrievalItem, bool> IsWanted)
{
    /// <summary>A query for the item's own group.</summary>
    /// <param name="source">The item.</param>
    /// <param name="named">Attributes that the text names; none for the caption.</param>
    public static RetrievalCase Of(RetrievalItem source, IReadOnlyList<string> named) =>
        new(source, named.Count == 0 ? null : Phrase(source.Attributes, named), source.Attributes, item => item.Group == source.Group);

    /// <summary>Queries for what is like the item but for the named attributes, which are those of another item there is.</summary>
    /// <param name="source">The item.</param>
    /// <param name="candidates">Where the meant items are.</param>
    /// <param name="named">Attributes that the text names.</param>
    /// <param name="same">Attributes that the meant item shares with this one.</param>
    public static IEnumerable<RetrievalCase> Mismatched(RetrievalItem source, IEnumerable<RetrievalItem> candidates, IReadOnlyList<string> named, IReadOnlyList<string> same)
    {
        string[] all = [.. named.Union(same)];
        var phrases = new HashSet<string>();
        foreach (var other in candidates)
        {
            if (!Agree(source.Attributes, other.Attributes, same) || Agree(source.Attributes, other.Attributes, named) || !all.All(other.Attributes.ContainsKey)) continue;
            var wanted = all.ToDictionary(name => name, name => other.Attributes[name]);
            var phrase = Phrase(wanted, named);
            if (phrases.Add(phrase)) yield return new RetrievalCase(source, phrase, wanted, item => Agree(item.Attributes, wanted, all));
        }
    }

    /// <summary>One value as it is; several as "a red circle".</summary>
    private static string Phrase(IReadOnlyDictionary<string, string> attributes, IReadOnlyList<string> named)
    {
        var words = string.Join(' ', named.Select(name => attributes[name]));
        if (named.Count == 1) return words;
        return ("aeiou".Contains(char.ToLowerInvariant(words[0])) ? "an " : "a ") + words;
    }

    private static bool Agree(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b, IReadOnlyList<string> names) =>
        names.All(name => a.TryGetValue(name, out var value) && b.TryGetValue(name, out var other) && value == other);
}
