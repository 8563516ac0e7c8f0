using System.Globalization;

namespace OnePeace.Training.Evaluation;

/// <summary>One modality of a query.</summary>
public sealed record QueryPart(string Modality, double Weight = 1);

/// <summary>What searches: one modality, or several whose weighted unit vectors are added.</summary>
public sealed record RetrievalQuery(IReadOnlyList<QueryPart> Parts)
{
    private const char Plus = '+', Times = '*';

    public bool IsComposed => Parts.Count > 1;

    public IEnumerable<string> Modalities => Parts.Select(part => part.Modality);

    /// <summary>Reads <c>NAME</c>, <c>NAME+NAME</c> or <c>NAME*0.7+NAME*0.3</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static RetrievalQuery Parse(string text)
    {
        var query = new RetrievalQuery([.. text.Split(Plus).Select(part => ParsePart(part, text))]);
        var twice = query.Modalities.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? query : throw new FormatException($"the query '{text}' names {twice.Key} twice; name each modality once and give it a weight, such as {twice.Key}*2.");
    }

    public bool Equals(RetrievalQuery? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override int GetHashCode() => Parts.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(Plus, Parts.Select(part =>
        part.Weight is 1 ? part.Modality : string.Create(CultureInfo.InvariantCulture, $"{part.Modality}{Times}{part.Weight}")));

    private static QueryPart ParsePart(string part, string text)
    {
        var fields = part.Split(Times, StringSplitOptions.TrimEntries);
        var weight = 1d;
        var isGood = fields[0].Length > 0 && (fields.Length == 1
            || (fields.Length == 2 && double.TryParse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture, out weight) && double.IsFinite(weight) && weight > 0));
        return isGood ? new QueryPart(fields[0], weight)
            : throw new FormatException($"the query '{text}' is not understood: expected modalities joined by +, each with a weight above zero if you like, such as A or A*0.7+B*0.3.");
    }
}
