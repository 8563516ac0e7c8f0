using OnePeace.Contracts.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>The last events of a run. Their numbers are times, so that they go on counting up after a restart.</summary>
internal sealed class RunNews(TimeProvider time)
{
    private const int Most = 256;

    private readonly Queue<RunEvent> _events = [];

    public long Number { get; private set; }

    /// <summary>Numbers up to this one were given before.</summary>
    public void StartAfter(long number) => Number = Math.Max(Number, number);

    public void Add(RunState state, RunProgress? progress, string? reason)
    {
        var now = time.GetUtcNow();
        Number = Math.Max(Number + 1, now.ToUnixTimeMilliseconds());
        _events.Enqueue(new RunEvent(Number, now, state, progress, reason));
        if (_events.Count > Most) _events.Dequeue();
    }

    public IReadOnlyList<RunEvent> After(long number) => [.. _events.Where(e => e.Number > number)];
}
