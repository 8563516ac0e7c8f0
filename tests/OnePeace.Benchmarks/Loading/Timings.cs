using System.Diagnostics;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Durations, collected from any thread.</summary>
internal sealed class Timings
{
    private readonly List<double> _seconds = [];

    public int Count
    {
        get { lock (_seconds) return _seconds.Count; }
    }

    public void Add(TimeSpan duration)
    {
        lock (_seconds) _seconds.Add(duration.TotalSeconds);
    }

    /// <summary>Milliseconds; NaN where there are none.</summary>
    public double Percentile(double percent)
    {
        lock (_seconds)
        {
            if (_seconds.Count == 0) return double.NaN;
            var sorted = _seconds.Order().ToArray();
            return 1000 * sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(percent / 100 * sorted.Length) - 1)];
        }
    }

    /// <summary>Several together.</summary>
    public static Timings Of(IEnumerable<Timings> parts)
    {
        var all = new Timings();
        foreach (var part in parts)
            lock (part._seconds) all._seconds.AddRange(part._seconds);
        return all;
    }

    /// <summary>How long something takes, in milliseconds.</summary>
    public static double Of(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
