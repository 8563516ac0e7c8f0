using OnePeace.Training.Evaluation;

namespace OnePeace.Training.Tests.Evaluation;

public sealed class RecallTests
{
    [Fact]
    public void Fewer_than_ten_candidates_are_enough()
    {
        var recall = Recall.Of(Rank([[1, 0], [0, 1]], [[1, 0], [0, 1]]));
        Assert.Equal((1, 1, 1, 1, 1, 1), (recall.At1, recall.At5, recall.At10, recall.MeanRank, recall.MedianRank, recall.MeanReciprocalRank));
        Assert.Equal((0.5, 1, 1), (recall.Chance1, recall.Chance5, recall.Chance10));
    }

    [Fact]
    public void A_model_that_says_the_same_of_everything_finds_nothing()
    {
        float[][] same = [.. Enumerable.Repeat<float[]>([0.6f, 0.8f], 12)];
        var ranking = Rank(same, same);
        Assert.All(ranking.Ranks, rank => Assert.Equal(12, rank));
        Assert.All(ranking.Best, (best, query) => Assert.DoesNotContain(query, best));
        Assert.Equal(0, Recall.Of(ranking).At10);
    }

    [Fact]
    public void Vectors_that_are_no_numbers_count_against_the_query()
    {
        float[][] broken = [[float.NaN, 0], [0, 1]];
        Assert.Equal([2, 2], Rank(broken, broken).Ranks);
        Assert.Equal([2, 2], Rank([[1, 0], [0, 1]], [[float.NaN, 0], [0, 1]]).Ranks);
    }

    [Fact]
    public void Ranks_give_their_mean_their_median_and_their_mean_reciprocal()
    {
        // Each query is 1, 2, 3 or 4 places from its own.
        float[][] gallery = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];
        var recall = Recall.Of(Rank([[9, 0, 0, 0], [2, 1, 0, 0], [3, 2, 1, 0], [4, 3, 2, 1]], gallery));
        Assert.Equal((2.5, 2.5), (recall.MeanRank, recall.MedianRank));
        Assert.Equal((1 + 1 / 2d + 1 / 3d + 1 / 4d) / 4, recall.MeanReciprocalRank, 1e-12);
        Assert.Equal((0.25, 1), (recall.At1, recall.At5));
    }

    [Fact]
    public void Anything_of_the_querys_group_is_a_right_answer_and_chance_knows_it()
    {
        float[][] vectors = [.. Enumerable.Range(0, 20).Select(i => Enumerable.Range(0, 20).Select(d => d == i ? 1f : 0).ToArray())];
        // Query i is candidate i + 1; groups are pairs, so that every second one is right at once.
        float[][] queries = [.. Enumerable.Range(0, 20).Select(i => vectors[(i + 1) % 20])];
        var recall = Recall.Of(new Ranking(queries, vectors, (query, candidate) => query / 2 == candidate / 2 ? Answer.Right : Answer.Wrong));
        Assert.Equal(0.5, recall.At1);
        Assert.Equal(2 / 20d, recall.Chance1, 1e-12);
        Assert.Equal(1 - 18 * 17 * 16 * 15 * 14d / (20 * 19 * 18 * 17 * 16), recall.Chance5, 1e-12);
    }

    [Fact]
    public void Guessing_gives_chance()
    {
        var random = new Random(3);
        float[][] Noise(int count) => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 32).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())];
        var recall = Recall.Of(Rank(Noise(600), Noise(50), 50));
        Assert.Equal((1 / 50d, 5 / 50d, 10 / 50d), (Math.Round(recall.Chance1, 9), Math.Round(recall.Chance5, 9), Math.Round(recall.Chance10, 9)));
        Assert.InRange(recall.At10, recall.Chance10 - 0.06, recall.Chance10 + 0.06);
        Assert.InRange(recall.MeanRank, 23, 28);
    }

    [Fact]
    public void An_interval_holds_the_share_and_is_the_same_for_the_same_seed()
    {
        bool[] hits = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0)];
        var interval = Interval.OfShare(hits, seed: 5);
        // Four standard errors of sqrt(0.25 * 0.75 / 200) = 0.0306 lie between its ends.
        Assert.InRange(interval.Low, 0.17, 0.21);
        Assert.InRange(interval.High, 0.29, 0.33);
        Assert.Equal(interval, Interval.OfShare(hits, seed: 5));
        Assert.Equal(new Interval(1, 1), Interval.OfShare([true, true], seed: 5));
    }

    [Fact]
    public void A_query_without_a_right_answer_is_an_error_and_what_is_left_out_takes_no_part()
    {
        Assert.Contains("query 0", Assert.Throws<ArgumentException>(() => new Ranking([[1f]], [[1f]], (_, _) => Answer.Wrong)).Message);
        var ranking = new Ranking([[1f, 0]], [[1f, 0], [0.5f, 0], [0.1f, 0]], (_, candidate) => candidate switch { 0 => Answer.LeftOut, 1 => Answer.Right, _ => Answer.Wrong });
        Assert.Equal((1, 2), (ranking.Ranks[0], ranking.Candidates[0]));
        Assert.Equal([1, 2], ranking.Best[0]);
    }

    private static Ranking Rank(float[][] queries, float[][] gallery, int modulus = int.MaxValue) =>
        new(queries, gallery, (query, candidate) => query % modulus == candidate ? Answer.Right : Answer.Wrong);
}
