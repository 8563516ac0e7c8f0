using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What one measure gave, a value a repeat.</summary>
internal sealed record Samples(IReadOnlyList<double> Values)
{
    private const double OneSide = 0.025;

    public double Median => Timings.Median(Values);

    /// <summary>The median of very many repeats lies from here to <see cref="To"/> with 95 %, by the order of the values; of fewer than six it is less sure, and these are the least and the most.</summary>
    public double From => Values.Order().ElementAt(Outside);

    /// <inheritdoc cref="From"/>
    public double To => Values.OrderDescending().ElementAt(Outside);

    /// <summary>How many values at either end can be left out: half of all fall on either side of the median, as coins do.</summary>
    private int Outside
    {
        get
        {
            var (outside, probability) = (-1, Math.Pow(0.5, Values.Count));   // of no value, of one, ... on one side
            for (var sum = probability; sum <= OneSide; sum += probability)
            {
                outside++;
                probability *= (double)(Values.Count - outside) / (outside + 1);
            }
            return Math.Max(0, outside);
        }
    }

    /// <summary>Repeat by repeat: what lay between two repeats disturbs neither.</summary>
    public Samples Over(Samples other) => Pair(other, (value, under) => value / under);

    /// <inheritdoc cref="Over"/>
    public Samples Less(Samples other) => Pair(other, (value, less) => value - less);

    public Samples Times(double factor) => new([.. Values.Select(value => value * factor)]);

    private Samples Pair(Samples other, Func<double, double, double> combine)
    {
        if (other.Values.Count != Values.Count) throw new ArgumentException($"Expected samples of {Values.Count} repeats, got {other.Values.Count}.", nameof(other));
        return new([.. Values.Zip(other.Values, combine)]);
    }
}
