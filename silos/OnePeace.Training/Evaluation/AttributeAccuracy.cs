namespace OnePeace.Training.Evaluation;

/// <summary>How often the first find has the wanted value of one attribute, and how often any candidate has it.</summary>
public sealed record AttributeAccuracy(double Accuracy, double Chance)
{
    /// <summary>Of every attribute that queries and candidates have.</summary>
    public static IReadOnlyDictionary<string, AttributeAccuracy> Of(IReadOnlyList<RetrievalCase> cases, IReadOnlyList<RetrievalItem> candidates, Ranking ranking)
    {
        var accuracies = new Dictionary<string, AttributeAccuracy>();
        foreach (var name in cases.SelectMany(one => one.Wanted.Keys).Distinct().Where(name => candidates.Any(item => item.Attributes.ContainsKey(name))))
        {
            var asking = Enumerable.Range(0, cases.Count).Where(query => cases[query].Wanted.ContainsKey(name)).ToList();
            var shares = candidates.Where(item => item.Attributes.ContainsKey(name)).CountBy(item => item.Attributes[name])
                .ToDictionary(pair => pair.Key, pair => pair.Value / (double)candidates.Count);
            accuracies[name] = new AttributeAccuracy(
                asking.Average(query => candidates[ranking.Best[query][0]].Attributes.GetValueOrDefault(name) == cases[query].Wanted[name] ? 1d : 0),
                asking.Average(query => shares.GetValueOrDefault(cases[query].Wanted[name])));
        }
        return accuracies;
    }
}
