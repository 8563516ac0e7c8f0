namespace OnePeace.Training.Evaluation;

/// <summary>A plan over the items of a split: which inputs it needs and, once they have vectors, what comes out.</summary>
public sealed class RetrievalTask
{
    private readonly RetrievalPlan _plan;
    private readonly Func<string, bool> _takesText;
    private readonly IReadOnlyList<RetrievalItem> _candidates, _between;
    private readonly IReadOnlyList<RetrievalCase> _cases;
    private readonly int _skipped;

    /// <param name="plan">What to evaluate.</param>
    /// <param name="split">Queries and gallery.</param>
    /// <param name="pool">Items of the modality between; those of the split where it is null.</param>
    /// <param name="takesText">Whether a modality takes texts.</param>
    /// <exception cref="ArgumentException">The plan makes no sense.</exception>
    /// <exception cref="InvalidDataException">The split lacks what the plan asks for.</exception>
    public RetrievalTask(RetrievalPlan plan, RetrievalSplit split, RetrievalSplit? pool, Func<string, bool> takesText)
    {
        plan.Check();
        if ((plan.Mismatch || plan.TextAttributes.Count > 0) && !plan.Query.Modalities.Any(takesText))
            throw new ArgumentException($"--text-attributes need a text in the query, but {plan.Query} has none; add a modality that takes text.");
        (_plan, _takesText) = (plan, takesText);
        foreach (var name in plan.Query.Modalities.Append(plan.Gallery)) RequireModality(split, name);
        foreach (var name in plan.TextAttributes.Concat(plan.SameAttributes)) RequireAttribute(split, name);
        if (plan.Via is not null) RequireModality(pool ?? split, plan.Via);
        _candidates = [.. split.Items.Where(item => item.Has([plan.Gallery]))];
        _between = plan.Via is null ? [] : [.. (pool ?? split).Items.Where(item => item.Has([plan.Via]))];
        _cases = Cases(split);
        _skipped = split.Items.Count(item => !item.Has([.. plan.Query.Modalities, plan.Gallery]));
    }

    /// <summary>What has to be encoded.</summary>
    public IEnumerable<RetrievalInput> Inputs =>
    [
        .. _cases.SelectMany(one => _plan.Query.Parts.Select(part => QueryInput(one, part.Modality))),
        .. _candidates.Select(GalleryInput),
        .. _between.Select(BetweenInput),
    ];

    public RetrievalOutcome Run(VectorStore vectors) => Run(vectors, vectors);

    /// <param name="vectors">Of the queries, and of what lies between.</param>
    /// <param name="index">Of the gallery: that of another model, say, from before it was trained further.</param>
    public RetrievalOutcome Run(VectorStore vectors, VectorStore index)
    {
        var gallery = _candidates.Select(item => index[GalleryInput(item)]).ToList();
        var parts = _plan.Query.Parts.Select(part => _cases.Select(one => vectors[QueryInput(one, part.Modality)]).ToList()).ToList();
        double[] weights = [.. _plan.Query.Parts.Select(part => part.Weight)];
        List<float[]> composed = [.. _cases.Select((_, i) => _plan.Query.IsComposed ? UnitVectors.Sum([.. parts.Select(part => part[i])], weights) : parts[0][i])];
        var ways = new List<Way>();
        if (_plan.Via is not null)
        {
            var between = new TwoHopSearch([.. _between.Select(item => vectors[BetweenInput(item)])], _plan.Hops);
            ways.Add(new Way(_plan.Query.ToString(), _plan.Via, [.. composed.Select(between.Hop)]));
        }
        ways.Add(new Way(_plan.Query.ToString(), null, composed));
        if (_plan.Query.IsComposed) ways.AddRange(_plan.Query.Modalities.Zip(parts, (name, part) => new Way(name, null, part)));

        List<Ranking> rankings = [.. ways.Select(way => new Ranking(way.Vectors, gallery, Answers))];
        return new RetrievalOutcome([.. ways.Zip(rankings, Result)], _cases, _candidates, _skipped) { QueryVectors = ways[0].Vectors, GalleryVectors = gallery, Ranking = rankings[0] };
    }

    private RetrievalResult Result(Way way, Ranking ranking) =>
        new(way.Query, _plan.Gallery, way.Via, Recall.Of(ranking, _plan.Seed), AttributeAccuracy.Of(_cases, _candidates, ranking));

    /// <summary>Where a part of the query is of the gallery's modality, the query's own item takes no part.</summary>
    private Answer Answers(int query, int candidate)
    {
        var (one, item) = (_cases[query], _candidates[candidate]);
        if (_plan.Query.Modalities.Contains(_plan.Gallery) && ReferenceEquals(one.Source, item)) return Answer.LeftOut;
        return one.IsWanted(item) ? Answer.Right : Answer.Wrong;
    }

    private List<RetrievalCase> Cases(RetrievalSplit split)
    {
        var sources = split.Items.Where(item => item.Has(_plan.Query.Modalities) && _plan.TextAttributes.All(item.Attributes.ContainsKey));
        if (!_plan.Mismatch)
        {
            var groups = _candidates.Select(item => item.Group).ToHashSet();
            List<RetrievalCase> own = [.. sources.Where(item => groups.Contains(item.Group)).Select(item => RetrievalCase.Of(item, _plan.TextAttributes))];
            return own.Count > 0 ? own : throw new InvalidDataException($"no item of {split.Name} has both {_plan.Query} and an item of its group with {_plan.Gallery}.");
        }
        string[] same = [.. (_plan.SameAttributes.Count > 0 ? _plan.SameAttributes : split.AttributeNames).Except(_plan.TextAttributes)];
        List<RetrievalCase> cases = [.. sources.SelectMany(item => RetrievalCase.Mismatched(item, _candidates, _plan.TextAttributes, same))];
        return cases.Count > 0 ? cases : throw new InvalidDataException(
            $"no item of {split.Name} is like another in {string.Join(", ", same)} and unlike it in {string.Join(", ", _plan.TextAttributes)}; choose others with --text-attributes or fewer with --same-attributes.");
    }

    private RetrievalInput QueryInput(RetrievalCase one, string modality) =>
        _takesText(modality) && one.Words is not null ? new(modality, one.Words, IsText: true) : Input(one.Source, modality, _plan.OppositeQuery);

    private RetrievalInput GalleryInput(RetrievalItem item) => Input(item, _plan.Gallery, _plan.OppositeGallery);

    private RetrievalInput BetweenInput(RetrievalItem item) => Input(item, _plan.Via!, _plan.OnlyPart);

    private RetrievalInput Input(RetrievalItem item, string modality, string? opposite) =>
        _takesText(modality) ? new(modality, item.Text(modality, opposite), IsText: true) : new(modality, item.Inputs[modality], IsText: false);

    private static void RequireModality(RetrievalSplit split, string name)
    {
        if (!split.Modalities.Contains(name))
            throw new InvalidDataException($"the split {split.Name} has no '{name}'; it has {string.Join(", ", split.Modalities)}.");
    }

    private static void RequireAttribute(RetrievalSplit split, string name)
    {
        if (!split.AttributeNames.Contains(name))
            throw new InvalidDataException($"the split {split.Name} has no attribute '{name}'; it has {(split.AttributeNames.Count > 0 ? string.Join(", ", split.AttributeNames) : "none")}.");
    }

    private sealed record Way(string Query, string? Via, IReadOnlyList<float[]> Vectors);
}
