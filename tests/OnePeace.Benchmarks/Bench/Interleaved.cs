namespace OnePeace.Benchmarks.Bench;

/// <summary>Measures that are taken in turn, again and again, so that what else the machine does meets all of them.</summary>
internal sealed class Interleaved
{
    private readonly List<(string Name, Func<Task<double>> Measure)> _measures = [];

    /// <param name="name">Under which its samples are found.</param>
    public Interleaved Add(string name, Func<Task<double>> measure)
    {
        _measures.Add((name, measure));
        return this;
    }

    /// <summary>A, B, C, A, B, C, ...</summary>
    public async Task<IReadOnlyDictionary<string, Samples>> RunAsync(int repeats, CancellationToken end)
    {
        var values = _measures.ToDictionary(measure => measure.Name, _ => new List<double>());
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            foreach (var (name, measure) in _measures)
            {
                end.ThrowIfCancellationRequested();
                values[name].Add(await measure());
            }
        }
        return values.ToDictionary(pair => pair.Key, pair => new Samples(pair.Value));
    }
}
