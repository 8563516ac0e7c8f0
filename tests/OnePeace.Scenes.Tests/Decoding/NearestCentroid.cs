namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>The plainest of classifiers: the value whose mean features are nearest, in standard deviations.</summary>
internal sealed class NearestCentroid
{
    private readonly double[] _deviations;
    private readonly Dictionary<int, double[]> _centroids;

    public NearestCentroid(IReadOnlyList<(double[] Features, int Value)> examples)
    {
        var means = Mean(examples.Select(example => example.Features));
        _deviations = [.. Mean(examples.Select(example => example.Features.Zip(means, (a, b) => (a - b) * (a - b)).ToArray())).Select(variance => Math.Sqrt(variance) + 1e-9)];
        _centroids = examples.GroupBy(example => example.Value).ToDictionary(group => group.Key, group => Mean(group.Select(example => example.Features)));
    }

    public int Decide(double[] features) => _centroids.MinBy(centroid => features.Select((value, i) => Math.Pow((value - centroid.Value[i]) / _deviations[i], 2)).Sum()).Key;

    private static double[] Mean(IEnumerable<double[]> rows)
    {
        var list = rows.ToList();
        return [.. Enumerable.Range(0, list[0].Length).Select(i => list.Average(row => row[i]))];
    }
}
