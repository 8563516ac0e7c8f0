namespace OnePeace.Training.Optimisation;

/// <summary>A linear warm-up from 0, then a power of what is left (one_peace/optim/lr_scheduler/polynomial_decay_schedule.py).</summary>
public sealed record PolynomialSchedule : ILearningRateSchedule
{
    /// <summary>After the warm-up.</summary>
    public required double Peak { get; init; }

    /// <summary>From the last update on.</summary>
    public double End { get; init; }

    public double Power { get; init; } = 1;

    public long WarmupUpdates { get; init; }

    /// <summary>All updates.</summary>
    public required double Updates { get; init; }

    public double Rate(long update)
    {
        if (WarmupUpdates > 0 && update <= WarmupUpdates) return update / (double)WarmupUpdates * Peak;
        if (update >= Updates) return End;
        var left = 1 - ((update - WarmupUpdates) / (Updates - WarmupUpdates));
        return ((Peak - End) * Math.Pow(left, Power)) + End;
    }
}
