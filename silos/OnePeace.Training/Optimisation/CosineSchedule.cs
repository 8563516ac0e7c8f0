namespace OnePeace.Training.Optimisation;

/// <summary>A linear warm-up, then half a cosine downwards (one_peace/optim/lr_scheduler/cosine_lr_scheduler.py).</summary>
public sealed record CosineSchedule : ILearningRateSchedule
{
    /// <summary>After the warm-up.</summary>
    public required double Peak { get; init; }

    /// <summary>At the end of a period.</summary>
    public double Minimum { get; init; }

    /// <summary>At the first update of the warm-up.</summary>
    public double Initial { get; init; }

    public long WarmupUpdates { get; init; }

    /// <summary>How many updates the first period has.</summary>
    public required double PeriodUpdates { get; init; }

    /// <summary>How much longer each period is than the one before.</summary>
    public double PeriodGrowth { get; init; } = 1;

    /// <summary>How much lower each period is than the one before.</summary>
    public double PeriodShrink { get; init; } = 0.1;

    /// <summary>One period that ends with the last update.</summary>
    /// <param name="peak">After the warm-up.</param>
    /// <param name="minimum">In the end; where the warm-up starts, too.</param>
    /// <param name="updates">All of them.</param>
    /// <param name="warmupUpdates">Those of the warm-up.</param>
    public static CosineSchedule Over(long updates, double peak, double minimum, long warmupUpdates)
    {
        if (warmupUpdates >= updates) throw new ArgumentException($"The warm-up must be shorter than all {updates} updates, but has {warmupUpdates}.", nameof(warmupUpdates));
        return new() { Peak = peak, Minimum = minimum, Initial = minimum, WarmupUpdates = warmupUpdates, PeriodUpdates = updates - warmupUpdates };
    }

    /// <summary>The same, where the warm-up is a share of all updates.</summary>
    public static CosineSchedule OverWithWarmupShare(long updates, double peak, double minimum, double warmupShare) =>
        Over(updates, peak, minimum, (long)(updates * warmupShare));

    public double Rate(long update)
    {
        if (update < WarmupUpdates) return Initial + (update * ((Peak - Initial) / WarmupUpdates));
        var (period, length, position) = Locate(update - WarmupUpdates);
        var shrink = Math.Pow(PeriodShrink, period);
        var (minimum, maximum) = (Minimum * shrink, Peak * shrink);
        return minimum + (0.5 * (maximum - minimum) * (1 + Math.Cos(Math.PI * position / length)));
    }

    private (double Period, double Length, double Position) Locate(long update)
    {
        if (PeriodGrowth == 1)
        {
            var index = Math.Floor(update / PeriodUpdates);
            return (index, PeriodUpdates, update - (PeriodUpdates * index));
        }
        var period = Math.Floor(Math.Log(1 - (update / PeriodUpdates * (1 - PeriodGrowth)), PeriodGrowth));
        var growth = Math.Pow(PeriodGrowth, period);
        return (period, growth * PeriodUpdates, update - ((1 - growth) / (1 - PeriodGrowth) * PeriodUpdates));
    }
}
