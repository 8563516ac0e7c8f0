namespace OnePeace.Engine.Residency;

/// <summary>How much it is worth to keep weights where they are: how often they were used of late, times what reloading costs, a byte.</summary>
/// <remarks>
/// Time is counted in uses of anything. A use counts half after <see cref="HalfLife"/> others: long enough to tell what is asked for often from
/// what was asked for last, short enough to follow a change. What was evicted keeps its past.
/// </remarks>
internal sealed class EvictionValue(long bytes)
{
    private const double HalfLife = 300, FirstGuessBytesPerSecond = 1e9, Weight = 0.25, MostChange = 2;

    private double? _reloadSeconds;
    private double _uses;
    private long _last;

    public void Used(long now)
    {
        _uses = Uses(now) + 1;
        _last = now;
    }

    /// <summary>Loads count on the average; one that took much longer than the others tells of what else went on, and counts little.</summary>
    public void Loaded(TimeSpan duration)
    {
        var seconds = Math.Max(1e-6, duration.TotalSeconds);
        _reloadSeconds = _reloadSeconds is { } before ? before + (Weight * (Math.Clamp(seconds, before / MostChange, before * MostChange) - before)) : seconds;
    }

    /// <summary>The least is evicted first.</summary>
    public double Priority(long now) => Uses(now) * (_reloadSeconds ?? bytes / FirstGuessBytesPerSecond) / Math.Max(1, bytes);

    private double Uses(long now) => _uses * Math.Pow(2, (_last - now) / HalfLife);
}
