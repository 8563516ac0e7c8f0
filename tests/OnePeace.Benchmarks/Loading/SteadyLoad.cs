using System.Diagnostics;
using OnePeace.Engine;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Callers of the model's own modalities that never stop, each waiting for its answer; measured in windows.</summary>
internal sealed class SteadyLoad(EncodingEngine engine)
{
    private static readonly (string Modality, int Callers)[] Callers = [("text", 3), ("image", 1)];

    private readonly List<Window> _windows = [];
    private volatile Window? _now;
    private int _failures;

    private sealed record Window(bool Busy, IReadOnlyDictionary<string, Timings> Timings)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _paused = GC.GetTotalPauseDuration();

        /// <summary>Milliseconds a second in which all managed threads stood still.</summary>
        public double Pauses { get; private set; }

        public void End() => Pauses = (GC.GetTotalPauseDuration() - _paused).TotalMilliseconds / Stopwatch.GetElapsedTime(_start).TotalSeconds;
    }

    public IReadOnlyList<string> Modalities { get; } = [.. Callers.Select(caller => caller.Modality)];

    public int Failures => _failures;

    /// <summary>What begins from now on is measured.</summary>
    public void Begin(bool busy) => _now = new Window(busy, Modalities.ToDictionary(modality => modality, _ => new Timings()));

    public void End()
    {
        _now!.End();
        _windows.Add(_now);
        _now = null;
    }

    public Timings All(string modality, bool busy) => Timings.Of(_windows.Where(window => window.Busy == busy).Select(window => window.Timings[modality]));

    /// <summary>Milliseconds a second that garbage collections took, median of the windows.</summary>
    public double Pauses(bool busy) => Timings.Median(_windows.Where(window => window.Busy == busy).Select(window => window.Pauses));

    /// <summary>Each quiet window with the busy one after it.</summary>
    public IEnumerable<(Timings Quiet, Timings Busy)> Pairs(string modality) =>
        _windows.Chunk(2).Select(pair => (pair[0].Timings[modality], pair[1].Timings[modality]));

    /// <summary>Begins; disposing waits for the last answers.</summary>
    public IAsyncDisposable Start()
    {
        var stop = new CancellationTokenSource();
        var running = Callers.SelectMany(caller => Enumerable.Repeat(caller.Modality, caller.Callers)).Select(modality => Task.Run(() => CallAsync(modality, stop.Token))).ToArray();
        return new Running(stop, Task.WhenAll(running));
    }

    private async Task CallAsync(string modality, CancellationToken stop)
    {
        var input = RawInputs.Of(modality, seed: 1);
        while (!stop.IsCancellationRequested)
        {
            var window = _now;
            var start = Stopwatch.GetTimestamp();
            try
            {
                await OthersBenchmark.EncodeAsync(engine, modality, input);
                window?.Timings[modality].Add(Stopwatch.GetElapsedTime(start));
            }
            catch (Exception e)
            {
                if (Interlocked.Increment(ref _failures) == 1) Console.Error.WriteLine(e);
            }
        }
    }

    private sealed class Running(CancellationTokenSource stop, Task callers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await callers;
            stop.Dispose();
        }
    }
}
