namespace OnePeace.Training.Evaluation;

/// <summary>How well queries find what belongs to them. Shares are from 0 to 1.</summary>
public sealed record Recall
{
    public required int Queries { get; init; }

    /// <summary>The most candidates that a query had.</summary>
    public required int Candidates { get; init; }

    /// <summary>The share of queries whose first candidate is right.</summary>
    public required double At1 { get; init; }

    public required double At5 { get; init; }

    public required double At10 { get; init; }

    /// <summary>Where <see cref="At1"/> lies with 95 % confidence, over other queries of the kind.</summary>
    public required Interval At1Interval { get; init; }

    /// <summary>What guessing gives at 1, 5 and 10: <c>k / candidates</c> where one candidate is right.</summary>
    public required double Chance1 { get; init; }

    public required double Chance5 { get; init; }

    public required double Chance10 { get; init; }

    /// <summary>The mean place of the first right answer, from 1.</summary>
    public required double MeanRank { get; init; }

    public required double MedianRank { get; init; }

    /// <summary>The mean of one over that place.</summary>
    public required double MeanReciprocalRank { get; init; }

    public static Recall Of(Ranking ranking, int seed = 0) => new()
    {
        Queries = ranking.Ranks.Count,
        Candidates = ranking.Candidates.Max(),
        At1 = At(ranking, 1),
        At5 = At(ranking, 5),
        At10 = At(ranking, 10),
        At1Interval = Interval.OfShare([.. ranking.Ranks.Select(rank => rank <= 1)], seed),
        Chance1 = Chance(ranking, 1),
        Chance5 = Chance(ranking, 5),
        Chance10 = Chance(ranking, 10),
        MeanRank = ranking.Ranks.Average(),
        MedianRank = Median([.. ranking.Ranks.Order()]),
        MeanReciprocalRank = ranking.Ranks.Average(rank => 1d / rank),
    };

    private static double At(Ranking ranking, int k) => ranking.Ranks.Average(rank => rank <= k ? 1d : 0);

    private static double Chance(Ranking ranking, int k) =>
        ranking.Candidates.Zip(ranking.RightOnes, (candidates, right) => Chance(candidates, right, k)).Average();

    /// <summary>That one of <paramref name="right"/> is among the first k of a shuffled gallery.</summary>
    private static double Chance(int candidates, int right, int k)
    {
        var none = 1d;
        for (var i = 0; i < Math.Min(k, candidates); i++) none *= Math.Max(0, candidates - right - i) / (double)(candidates - i);
        return 1 - none;
    }

    private static double Median(int[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2d;
}
