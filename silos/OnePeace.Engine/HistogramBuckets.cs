using System.Diagnostics.Metrics;

namespace OnePeace.Engine;

/// <summary>Between which values histograms tell apart; by default they would be milliseconds.</summary>
internal static class HistogramBuckets
{
    public static InstrumentAdvice<double> Seconds { get; } = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    public static InstrumentAdvice<int> Items { get; } = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] };

    public static InstrumentAdvice<long> Tokens { get; } = new() { HistogramBucketBoundaries = [16, 64, 256, 1_024, 4_096, 16_384, 65_536] };
}
