namespace OnePeace.Engine.Batching;

/// <summary>How fast batches are computed, as a moving average, and so how long what waits will take.</summary>
internal sealed class DrainRate(int consumers)
{
    private const double Weight = 0.2;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1), Least = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMinutes(1);

    private double _tokensPerSecond;

    public void Record(long tokens, TimeSpan duration)
    {
        var rate = tokens / Math.Max(duration.TotalSeconds, 1e-6);
        _tokensPerSecond = _tokensPerSecond == 0 ? rate : _tokensPerSecond + Weight * (rate - _tokensPerSecond);
    }

    /// <summary>Between 0.1 s and a minute; a second while nothing is known.</summary>
    public TimeSpan TimeFor(long tokens)
    {
        if (_tokensPerSecond == 0) return Unknown;
        var seconds = tokens / (_tokensPerSecond * consumers);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Least.TotalSeconds, Most.TotalSeconds));
    }
}
