namespace OnePeace.Training.Evaluation;

/// <summary>A range that holds a value with 95 % confidence.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const int Resamples = 2000;
    private const double Tail = 0.025;

    /// <summary>Bootstrap, percentile method: the share of hits in samples that are drawn from these again and again.</summary>
    /// <param name="hits">Whether each query hit.</param>
    /// <param name="seed">The same seed gives the same interval.</param>
    public static Interval OfShare(IReadOnlyList<bool> hits, int seed)
    {
        var random = new Random(seed);
        var shares = new double[Resamples];
        for (var sample = 0; sample < Resamples; sample++)
        {
            var found = 0;
            for (var i = 0; i < hits.Count; i++)
                if (hits[random.Next(hits.Count)]) found++;
            shares[sample] = found / (double)hits.Count;
        }
        Array.Sort(shares);
        return new Interval(shares[(int)Math.Round(Tail * (Resamples - 1))], shares[(int)Math.Round((1 - Tail) * (Resamples - 1))]);
    }
}
