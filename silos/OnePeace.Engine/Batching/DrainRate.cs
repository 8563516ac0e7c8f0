namespace OnePeace.Engine.Batching;

/// <summary>How long batches take, as a line through those of late (so much a batch, so much a token), and so how long what waits will take.</summary>
/// <remarks>Small batches alone would make large ones look slow: reading the weights costs a batch of one as much as one of twenty.</remarks>
internal sealed class DrainRate(BatchLimits limits)
{
    private const double Weight = 0.1;

    /// <summary>A batch counts for no longer than so many times what was expected: weights that are laid out at first use, or a moment without a processor, say nothing of the next ones.</summary>
    private const double MostSurprise = 4;

    /// <summary>The least that a token takes, in what it takes on the average with its batch's share: where all batches are alike, a line through them says nothing.</summary>
    private const double LeastShare = 0.25;

    private const int Enough = 32;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1), Least = TimeSpan.FromMilliseconds(100), Most = TimeSpan.FromMinutes(1);

    private double _tokens, _seconds, _squares, _products;
    private int _batches;

    /// <param name="tokens">With padding; at least one.</param>
    /// <param name="duration">Of the batch.</param>
    public void Record(long tokens, TimeSpan duration)
    {
        var (batch, token) = Costs();
        var expected = _batches == 0 ? double.MaxValue : batch + (token * tokens);
        var seconds = Math.Clamp(duration.TotalSeconds, 1e-6, MostSurprise * expected);
        if (_batches < Enough) _batches++;
        var weight = Math.Max(Weight, 1.0 / _batches);
        Follow(ref _tokens, tokens);
        Follow(ref _seconds, seconds);
        Follow(ref _squares, (double)tokens * tokens);
        Follow(ref _products, tokens * seconds);

        void Follow(ref double average, double value) => average += weight * (value - average);
    }

    /// <summary>When it is worth coming back: between 0.1 s and a minute; a second while nothing is known.</summary>
    public TimeSpan TimeFor(QueueLoad load) => _batches == 0 ? Unknown : Clamp(Seconds(load));

    /// <summary>When no more waits than <see cref="BatchLimits.LongestWait"/>; null where that is so, or too little is known.</summary>
    public TimeSpan? Wait(QueueLoad load) => IsBeyond(limits.LongestWait, load) ? Clamp(Seconds(load) - limits.LongestWait.TotalSeconds) : null;

    /// <summary>Whether so much is certainly not done in this time; false while too little is known.</summary>
    public bool IsBeyond(TimeSpan time, QueueLoad load) => _batches == Enough && Seconds(load) > time.TotalSeconds;

    /// <summary>The most tokens of a batch: what one slot computes in <see cref="BatchLimits.BatchTime"/>, where that is enough to be efficient.</summary>
    public int Budget()
    {
        var (batch, token) = Costs();
        var inTime = _batches == 0 ? 0 : (limits.BatchTime.TotalSeconds - batch) / token;
        return (int)Math.Clamp(inTime, Math.Clamp(limits.EfficientBatchTokens, 1, limits.MaxBatchTokens), limits.MaxBatchTokens);
    }

    private static TimeSpan Clamp(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, Least.TotalSeconds, Most.TotalSeconds));

    /// <summary>In batches as large as they may be.</summary>
    private double Seconds(QueueLoad load)
    {
        var (batch, token) = Costs();
        var batches = Math.Max((double)load.Tokens / Budget(), (double)load.Items / limits.MaxBatchItems);
        return ((batch * batches) + (token * load.Tokens)) / limits.Consumers;
    }

    /// <summary>Seconds that a batch takes, and each of its tokens. Where nothing is known, nothing.</summary>
    private (double Batch, double Token) Costs()
    {
        if (_batches == 0) return (0, 0);
        var (mean, spread) = (_seconds / _tokens, _squares - (_tokens * _tokens));
        var slope = spread > 0 ? (_products - (_tokens * _seconds)) / spread : mean;
        var token = Math.Clamp(slope, LeastShare * mean, mean);
        return (Math.Max(0, _seconds - (token * _tokens)), token);
    }
}
