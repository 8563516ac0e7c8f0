using System.Diagnostics;

namespace OnePeace.Benchmarks.Serving;

/// <summary>When answers came, collected from any thread.</summary>
internal sealed class AnswerStamps
{
    private readonly List<long> _stamps = [];

    public int Count
    {
        get { lock (_stamps) return _stamps.Count; }
    }

    public void Add()
    {
        lock (_stamps) _stamps.Add(Stopwatch.GetTimestamp());
    }

    /// <summary>Answers a second between two moments of <see cref="Stopwatch"/>.</summary>
    public double Rate(long from, long to)
    {
        lock (_stamps) return Rate([.. _stamps.Where(stamp => stamp >= from && stamp < to).Select(stamp => Stopwatch.GetElapsedTime(from, stamp).TotalSeconds)], Stopwatch.GetElapsedTime(from, to).TotalSeconds);
    }

    /// <summary>
    /// The slope of the count over time by least squares: answers come a batch at a time, and where the window cuts the last batch off their number
    /// alone is wrong by up to a batch. Where they fill less than half of the window, their number.
    /// </summary>
    /// <param name="times">Seconds since the window began.</param>
    /// <param name="window">Its length in seconds.</param>
    internal static double Rate(IReadOnlyList<double> times, double window)
    {
        if (times.Count < 2 || times.Max() - times.Min() < window / 2) return times.Count / window;
        double[] sorted = [.. times.Order()];
        double middle = sorted.Average(), half = (sorted.Length - 1) / 2.0;
        return sorted.Select((time, i) => (time - middle) * (i - half)).Sum() / sorted.Sum(time => (time - middle) * (time - middle));
    }
}
