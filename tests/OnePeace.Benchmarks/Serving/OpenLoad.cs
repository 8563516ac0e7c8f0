using System.Diagnostics;
using OnePeace.Benchmarks.Loading;

namespace OnePeace.Benchmarks.Serving;

/// <summary>Requests of one kind, so many a second.</summary>
/// <param name="Ask">Sends the request of a number; one vector comes back.</param>
internal sealed record RequestStream(string Name, double Rate, Func<int, CancellationToken, Task<IReadOnlyList<float[]>>> Ask);

/// <summary>What an answer may be.</summary>
/// <param name="Width">Of every vector that comes back.</param>
internal sealed record ExpectedAnswers(int Width)
{
    /// <summary>How long an answer may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is no failure, but a refusal that was to be expected.</summary>
    public Func<Exception, bool> IsRefusal { get; init; } = _ => false;
}

/// <summary>
/// Requests that come whether or not those before are answered (a Poisson process), each measured from when it was due, not from when it could be sent.
/// </summary>
internal sealed class OpenLoad : IAsyncDisposable
{
    private const double UnitTolerance = 0.01;

    private readonly ExpectedAnswers _expected;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<List<Task>>[] _senders;

    private OpenLoad(ExpectedAnswers expected, IReadOnlyList<RequestStream> streams)
    {
        _expected = expected;
        Windows = new MeasuredWindows([.. streams.Select(stream => stream.Name)]);
        _senders = [.. streams.Select((stream, seed) => Task.Factory.StartNew(() => Send(stream, new Random(seed)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    public MeasuredWindows Windows { get; }

    /// <summary>How long after it was due a request was sent.</summary>
    public Timings Late { get; } = new();

    /// <summary>When answers came.</summary>
    public AnswerStamps Answers { get; } = new();

    /// <summary>How long refusals took.</summary>
    public Timings Refusals { get; } = new();

    public static OpenLoad Start(ExpectedAnswers expected, params IReadOnlyList<RequestStream> streams) => new(expected, streams);

    /// <summary>Stops, and waits for the last answers.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var sent in await Task.WhenAll(_senders)) await Task.WhenAll(sent);
        _stop.Dispose();
    }

    private List<Task> Send(RequestStream stream, Random random)
    {
        var sent = new List<Task>();
        for (var due = Stopwatch.GetTimestamp(); ;)
        {
            due += (long)(-Math.Log(1 - random.NextDouble()) / stream.Rate * Stopwatch.Frequency);
            ExactSleep.Until(due);
            if (_stop.IsCancellationRequested) return sent;
            var (number, intended, window) = (sent.Count, due, Windows.Now);
            sent.Add(Task.Run(() => AskAsync(stream, number, intended, window?[stream.Name])));
        }
    }

    private async Task AskAsync(RequestStream stream, int number, long due, Timings? timings)
    {
        using var patience = new CancellationTokenSource(_expected.Patience);
        try
        {
            Late.Add(Stopwatch.GetElapsedTime(due));
            var vectors = await stream.Ask(number, patience.Token);
            var took = Stopwatch.GetElapsedTime(due);
            Answers.Add();
            Check(vectors);
            timings?.Add(took);
        }
        catch (OperationCanceledException)
        {
            Windows.Failed(stream.Name, new TimeoutException($"No answer within {_expected.Patience}."));
        }
        catch (Exception e) when (_expected.IsRefusal(e))
        {
            Refusals.Add(Stopwatch.GetElapsedTime(due));
        }
        catch (Exception e)
        {
            Windows.Failed(stream.Name, e);
        }
    }

    private void Check(IReadOnlyList<float[]> vectors)
    {
        if (vectors is not [var vector] || vector.Length != _expected.Width || !(Math.Abs(vector.Sum(x => (double)x * x) - 1) < UnitTolerance))
            throw new InvalidDataException($"Expected one unit vector of width {_expected.Width}, got {vectors.Count} of width {string.Join(", ", vectors.Select(v => v.Length))}.");
    }
}
