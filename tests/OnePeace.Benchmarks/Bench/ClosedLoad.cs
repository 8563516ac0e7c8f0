using System.Diagnostics;
using OnePeace.Benchmarks.Loading;
using OnePeace.Benchmarks.Serving;

namespace OnePeace.Benchmarks.Bench;

/// <summary>Callers that each wait for their answer before they ask again.</summary>
internal sealed class ClosedLoad(int callers, TimeSpan window)
{
    private const int FewestAnswers = 3;

    private readonly AnswerStamps _answers = new();
    private int _asked;
    private volatile bool _measuring, _over;

    /// <summary>How long answers took that came in the window.</summary>
    public Timings Timings { get; } = new();

    /// <summary>After a first answer each.</summary>
    /// <param name="ask">Sends the request of a number, and no number twice; throws where it fails.</param>
    /// <returns>Answers a second.</returns>
    public async Task<double> RunAsync(Func<int, Task> ask)
    {
        var running = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(ask))));
        try
        {
            while (_answers.Count < callers && !running.IsCompleted) await Task.Delay(1);
            var start = Stopwatch.GetTimestamp();
            _measuring = true;
            await Task.WhenAny(running, Task.Delay(window));
            while (Timings.Count < Math.Max(FewestAnswers, callers) && !running.IsCompleted) await Task.Delay(1);   // slower than was thought
            _measuring = false;
            return _answers.Rate(start, Stopwatch.GetTimestamp());
        }
        finally
        {
            _over = true;
            await running;
        }
    }

    private async Task CallAsync(Func<int, Task> ask)
    {
        while (!_over)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                await ask(Interlocked.Increment(ref _asked));
            }
            catch
            {
                _over = true;   // one that fails ends them all: what is left would be measured without it
                throw;
            }
            _answers.Add();
            if (_measuring) Timings.Add(Stopwatch.GetElapsedTime(start));
        }
    }
}
