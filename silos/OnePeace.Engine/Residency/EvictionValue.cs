namespace OnePeace.Engine.Residency;

/// <summary>How much it is worth to keep weights where they are: how often they are used, times what reloading costs, a byte (GreedyDual-Size-Frequency, Cherkasova 1998).</summary>
internal sealed class EvictionValue(long bytes)
{
    private const double FirstGuessBytesPerSecond = 1e9;

    private double _reloadSeconds = bytes / FirstGuessBytesPerSecond;
    private long _uses;

    /// <summary>The least is evicted first.</summary>
    public double Priority { get; private set; }

    /// <param name="age">Priority of what was evicted last: what is not used any more falls behind it.</param>
    public void Used(double age)
    {
        _uses++;
        Priority = age + (_uses * _reloadSeconds / Math.Max(1, bytes) * FirstGuessBytesPerSecond);
    }

    public void Loaded(TimeSpan duration) => _reloadSeconds = Math.Max(1e-6, duration.TotalSeconds);

    /// <summary>After an eviction the past counts half.</summary>
    public void Evicted() => _uses /= 2;
}
