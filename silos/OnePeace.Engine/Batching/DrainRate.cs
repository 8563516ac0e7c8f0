namespace OnePeace.Engine.Batching;

/// <summary>How long batches take, as a line through those of late (so much a batch, so much a token), and so how long what waits will take.</summary>
/// <remarks>Small batches alone would make large ones look slow: reading the weights costs a batch of one as much as one of twenty.</remarks>
internal sealed class DrainRate(BatchLimits limits)
{
    private const double Weight = 0.1;

    /// <summary>The least that a token takes, in what it takes on the average with its batch's share: where all batches are alike, a line through them says nothing.</summary>
    private const double LeastShare = 0.25;

    private const int Enough = 8;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1), Least = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMinutes(1);

    private double _tokens, _seconds, _squares, _products;
    private int _batches;

    /// <param name="tokens">With padding.</param>
    /// <param name="duration">Of the batch.</param>
    public void Record(long tokens, TimeSpan duration)
    {
        var weight = _batches == 0 ? 1 : Weight;
        Follow(ref _tokens, tokens);
        Follow(ref _seconds, duration.TotalSeconds);
        Follow(ref _squares, (double)tokens * tokens);
        Follow(ref _products, tokens * duration.TotalSeconds);
        if (_batches < Enough) _batches++;

        void Follow(ref double average, double value) => average += weight * (value - average);
    }

    /// <summary>When it is worth coming back: between 0.1 s and a minute; a second while nothing is known.</summary>
    public TimeSpan TimeFor(long tokens) => _batches == 0 ? Unknown : Clamp(Seconds(tokens));

    /// <summary>When no more waits than <see cref="BatchLimits.LongestWait"/>; null where that is so, or too little is known.</summary>
    /// <param name="tokens">What waits.</param>
    public TimeSpan? Wait(long tokens) => IsBeyond(limits.LongestWait, tokens) ? Clamp(Seconds(tokens) - limits.LongestWait.TotalSeconds) : null;

    /// <summary>Whether so much is certainly not done in this time; false while too little is known.</summary>
    public bool IsBeyond(TimeSpan time, long tokens) => _batches == Enough && Seconds(tokens) > time.TotalSeconds;

    /// <summary>The most tokens of a batch: what one slot computes in <see cref="BatchLimits.BatchTime"/>, where that is enough to be efficient.</summary>
    public int Budget()
    {
        if (_batches == 0) return Math.Min(limits.MaxBatchTokens, limits.EfficientBatchTokens);
        var (batch, token) = Costs();
        return (int)Math.Min(limits.MaxBatchTokens, Math.Max(limits.EfficientBatchTokens, (limits.BatchTime.TotalSeconds - batch) / token));
    }

    private static TimeSpan Clamp(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, Least.TotalSeconds, Most.TotalSeconds));

    /// <summary>In batches as large as they may be.</summary>
    private double Seconds(long tokens)
    {
        var (batch, token) = Costs();
        return ((batch * tokens / Budget()) + (token * tokens)) / limits.Consumers;
    }

    /// <summary>Seconds that a batch takes, and each of its tokens.</summary>
    private (double Batch, double Token) Costs()
    {
        var (mean, spread) = (Math.Max(_seconds, 1e-6) / _tokens, _squares - (_tokens * _tokens));
        var slope = spread > 0 ? (_products - (_tokens * _seconds)) / spread : mean;
        var token = Math.Clamp(slope, LeastShare * mean, mean);
        return (Math.Max(0, _seconds - (token * _tokens)), token);
    }
}
