namespace OnePeace.Training.Evaluation;

/// <summary>What a candidate is to a query.</summary>
public enum Answer
{
    Wrong,

    Right,

    /// <summary>It does not take part, such as the query itself.</summary>
    LeftOut,
}

/// <summary>Candidates by their similarity to each query. A tie counts against the query, and so does a number that is none.</summary>
public sealed class Ranking
{
    /// <summary>How many of the best candidates are kept of each query.</summary>
    public const int Kept = 10;

    private readonly IReadOnlyList<float[]> _queries, _gallery;
    private readonly Func<int, int, Answer> _answer;
    private readonly int[] _ranks, _candidates, _right;
    private readonly int[][] _best;

    /// <param name="queries">One vector each.</param>
    /// <param name="gallery">The candidates' vectors; may be fewer than <see cref="Kept"/>.</param>
    /// <param name="answer">What the second, a candidate, is to the first, a query.</param>
    /// <exception cref="ArgumentException">There is no query, or one has no right answer.</exception>
    public Ranking(IReadOnlyList<float[]> queries, IReadOnlyList<float[]> gallery, Func<int, int, Answer> answer)
    {
        if (queries.Count == 0) throw new ArgumentException("Expected at least one query, but there is none.");
        (_queries, _gallery, _answer) = (queries, gallery, answer);
        _ranks = new int[queries.Count];
        _candidates = new int[queries.Count];
        _right = new int[queries.Count];
        _best = new int[queries.Count][];
        for (var query = 0; query < queries.Count; query++) Rank(query);
    }

    /// <summary>The place of each query's first right answer, from 1.</summary>
    public IReadOnlyList<int> Ranks => _ranks;

    /// <summary>How many candidates took part for each query.</summary>
    public IReadOnlyList<int> Candidates => _candidates;

    /// <summary>How many of them were right.</summary>
    public IReadOnlyList<int> RightOnes => _right;

    /// <summary>The best candidates of each query, the best first.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Best => _best;

    private void Rank(int query)
    {
        var others = new List<Scored>(_gallery.Count);
        var best = float.NegativeInfinity;
        for (var candidate = 0; candidate < _gallery.Count; candidate++)
        {
            var answer = _answer(query, candidate);
            if (answer == Answer.LeftOut) continue;
            var isRight = answer == Answer.Right;
            var score = UnitVectors.Dot(_queries[query], _gallery[candidate]);
            if (float.IsNaN(score)) score = isRight ? float.NegativeInfinity : float.PositiveInfinity;
            others.Add(new Scored(score, isRight, candidate));
            if (!isRight) continue;
            _right[query]++;
            best = Math.Max(best, score);
        }
        if (_right[query] == 0) throw new ArgumentException($"Expected a right answer to every query, but query {query} has none among {others.Count} candidates.");
        _candidates[query] = others.Count;
        _ranks[query] = 1 + others.Count(other => !other.IsRight && other.Score >= best);
        others.Sort();
        _best[query] = [.. others.Take(Kept).Select(other => other.Candidate)];
    }

    /// <summary>Better scores first, and of equal ones the wrong ones.</summary>
    private readonly record struct Scored(float Score, bool IsRight, int Candidate) : IComparable<Scored>
    {
        public int CompareTo(Scored other)
        {
            var byScore = other.Score.CompareTo(Score);
            if (byScore != 0) return byScore;
            var byAnswer = IsRight.CompareTo(other.IsRight);
            return byAnswer != 0 ? byAnswer : Candidate.CompareTo(other.Candidate);
        }
    }
}
