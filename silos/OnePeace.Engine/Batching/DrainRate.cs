namespace OnePeace.Engine.Batching;

/// <summary>How fast batches are computed, as a moving average, and so how long what waits will take.</summary>
internal sealed class DrainRate(BatchLimits limits)
{
    private const double Weight = 0.2;
    private const int Enough = 8;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1), Least = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMinutes(1);

    private double _tokensPerSecond;
    private int _batches;

    /// <param name="tokens">With padding; what every batch costs besides is added, so that small ones tell how fast large ones will be.</param>
    /// <param name="duration">Of the batch.</param>
    public void Record(long tokens, TimeSpan duration)
    {
        var rate = (tokens + limits.BatchCostTokens) / Math.Max(duration.TotalSeconds, 1e-6);
        _tokensPerSecond = _batches == 0 ? rate : _tokensPerSecond + Weight * (rate - _tokensPerSecond);
        if (_batches < Enough) _batches++;
    }

    /// <summary>When it is worth coming back: between 0.1 s and a minute; a second while nothing is known.</summary>
    public TimeSpan TimeFor(long tokens) => _batches == 0 ? Unknown : Clamp(Seconds(tokens));

    /// <summary>When no more waits than <see cref="BatchLimits.LongestWait"/>; null where that is so, or too little is known.</summary>
    /// <param name="tokens">What waits.</param>
    public TimeSpan? Wait(long tokens) => IsBeyond(limits.LongestWait, tokens) ? Clamp(Seconds(tokens) - limits.LongestWait.TotalSeconds) : null;

    /// <summary>Whether so much is certainly not done in this time; false while too little is known.</summary>
    public bool IsBeyond(TimeSpan time, long tokens) => _batches == Enough && Seconds(tokens) > time.TotalSeconds;

    /// <summary>The most tokens of a batch: what one slot computes in <see cref="BatchLimits.BatchTime"/>, where that is enough to be efficient.</summary>
    public int Budget() => (int)Math.Min(limits.MaxBatchTokens, Math.Max(limits.EfficientBatchTokens, _tokensPerSecond * limits.BatchTime.TotalSeconds));

    private static TimeSpan Clamp(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, Least.TotalSeconds, Most.TotalSeconds));

    private double Seconds(long tokens) => tokens / (_tokensPerSecond * limits.Consumers);
}
