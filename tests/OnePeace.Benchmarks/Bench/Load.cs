namespace OnePeace.Benchmarks.Bench;

/// <summary>How much is asked at once, and for how long.</summary>
internal static class Load
{
    /// <summary>All modalities in turn.</summary>
    public const string Mixed = "mixed";

    /// <summary>Concurrent callers that are tried.</summary>
    public static readonly int[] Callers = [1, 8, 32, 128];

    private const int Rounds = 3, LongestWindows = 12;

    /// <summary>Static batches that are tried, small ones first.</summary>
    public static int[] Batches(string modality) => modality == "text" ? [1, 8, 32, 64] : [1, 8, 32];

    /// <summary>Whether a batch is worth its time; a single item always is.</summary>
    /// <param name="rate">Items a second that may be expected.</param>
    public static bool IsWorth(int items, double rate, TimeSpan window) => items == 1 || items / rate <= LongestWindows / 2 * window.TotalSeconds;

    /// <summary>Long enough for every caller to be answered a few times.</summary>
    /// <param name="rate">Answers a second that may be expected.</param>
    /// <returns>Null where that takes too long.</returns>
    public static TimeSpan? WindowFor(int callers, double rate, TimeSpan window)
    {
        var needed = TimeSpan.FromSeconds(Rounds * callers / rate);
        if (needed > LongestWindows * window) return null;
        return needed > window ? needed : window;
    }

    /// <summary>The most callers that can be measured in time.</summary>
    public static (int Callers, TimeSpan Window) Saturating(double rate, TimeSpan window)
    {
        var callers = Callers.Where(count => WindowFor(count, rate, window) is not null).DefaultIfEmpty(1).Max();
        return (callers, WindowFor(callers, rate, window) ?? LongestWindows * window);
    }

    /// <summary>Answers a second when requests take turns between streams of these rates.</summary>
    public static double Harmonic(IEnumerable<double> rates)
    {
        double[] all = [.. rates];
        return all.Length / all.Sum(rate => 1 / rate);
    }
}
