using System.Collections.Concurrent;
using System.Diagnostics;

namespace OnePeace.Benchmarks.Loading;

/// <summary>What requests took, in windows that are quiet and busy in turn.</summary>
internal sealed class MeasuredWindows(IReadOnlyList<string> modalities)
{
    private readonly List<Window> _windows = [];
    private readonly ConcurrentDictionary<string, int> _failures = [];
    private volatile Window? _now;

    private sealed record Window(bool Busy, IReadOnlyDictionary<string, Timings> Timings)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _paused = GC.GetTotalPauseDuration();

        /// <summary>Milliseconds a second in which all managed threads stood still.</summary>
        public double Pauses { get; private set; }

        public void End() => Pauses = (GC.GetTotalPauseDuration() - _paused).TotalMilliseconds / Stopwatch.GetElapsedTime(_start).TotalSeconds;
    }

    public IReadOnlyList<string> Modalities { get; } = modalities;

    /// <summary>Where a request that begins now is to be measured; null between windows.</summary>
    public IReadOnlyDictionary<string, Timings>? Now => _now?.Timings;

    /// <summary>What begins from now on is measured.</summary>
    public void Begin(bool busy) => _now = new Window(busy, Modalities.ToDictionary(modality => modality, _ => new Timings()));

    public void End()
    {
        _now!.End();
        _windows.Add(_now);
        _now = null;
    }

    /// <summary>Counts a request that was not answered as it should be, in a window or between; the first of each modality is told.</summary>
    public void Failed(string modality, Exception reason)
    {
        if (_failures.AddOrUpdate(modality, 1, (_, before) => before + 1) == 1) Console.Error.WriteLine($"{modality}: {reason}");
    }

    public int Failures(string modality) => _failures.GetValueOrDefault(modality);

    public Timings All(string modality, bool busy) => Timings.Of(_windows.Where(window => window.Busy == busy).Select(window => window.Timings[modality]));

    /// <summary>Milliseconds a second that garbage collections took, median of the windows.</summary>
    public double Pauses(bool busy) => Timings.Median(_windows.Where(window => window.Busy == busy).Select(window => window.Pauses));

    /// <summary>Each quiet window with the busy one after it.</summary>
    public IEnumerable<(Timings Quiet, Timings Busy)> Pairs(string modality) =>
        _windows.Chunk(2).Select(pair => (pair[0].Timings[modality], pair[1].Timings[modality]));

    /// <summary>The 99th percentile of each busy window as a multiple of the quiet one's before it.</summary>
    public double[] Ratios(string modality) => [.. Pairs(modality).Select(pair => pair.Busy.Percentile(99) / pair.Quiet.Percentile(99))];
}
