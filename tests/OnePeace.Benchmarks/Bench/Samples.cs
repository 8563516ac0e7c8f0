using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Bench;

/// <summary>What one measure gave, a value a repeat.</summary>
internal sealed record Samples(IReadOnlyList<double> Values)
{
    public double Median => Timings.Median(Values);

    public double Least => Values.Min();

    public double Most => Values.Max();

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
