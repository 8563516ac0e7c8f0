using System.Diagnostics;
using OnePeace.Benchmarks.Loading;
using OnePeace.Client;

namespace OnePeace.Benchmarks.Serving;

/// <summary>Requests of one modality, so many a second.</summary>
/// <param name="Input">Of a request's number.</param>
internal sealed record RequestStream(string Modality, double Rate, Func<int, EmbeddingInput> Input);

/// <summary>
/// Requests that come whether or not those before are answered (a Poisson process), each measured from when it was due, not from when it could be sent.
/// </summary>
internal sealed class OpenLoad : IAsyncDisposable
{
    private const double UnitTolerance = 0.01;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly OnePeaceClient _client;
    private readonly int _width;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<List<Task>>[] _senders;

    private OpenLoad(OnePeaceClient client, int width, IReadOnlyList<RequestStream> streams)
    {
        (_client, _width) = (client, width);
        Windows = new MeasuredWindows([.. streams.Select(stream => stream.Modality)]);
        _senders = [.. streams.Select((stream, seed) => Task.Factory.StartNew(() => Send(stream, new Random(seed)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    public MeasuredWindows Windows { get; }

    /// <summary>How long after it was due a request was sent.</summary>
    public Timings Late { get; } = new();

    /// <param name="width">Of every vector that comes back.</param>
    public static OpenLoad Start(OnePeaceClient client, int width, params IReadOnlyList<RequestStream> streams) => new(client, width, streams);

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
            sent.Add(Task.Run(() => AskAsync(stream, number, intended, window?[stream.Modality])));
        }
    }

    private async Task AskAsync(RequestStream stream, int number, long due, Timings? timings)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var input = stream.Input(number);
            Late.Add(Stopwatch.GetElapsedTime(due));
            var answer = await _client.EmbedAsync([input], cancellation: patience.Token);
            var took = Stopwatch.GetElapsedTime(due);
            Check(answer.Vectors);
            timings?.Add(took);
        }
        catch (OperationCanceledException)
        {
            Windows.Failed(stream.Modality, new TimeoutException($"No answer within {Patience}."));
        }
        catch (Exception e)
        {
            Windows.Failed(stream.Modality, e);
        }
    }

    private void Check(IReadOnlyList<float[]> vectors)
    {
        if (vectors is not [var vector] || vector.Length != _width || !(Math.Abs(vector.Sum(x => (double)x * x) - 1) < UnitTolerance))
            throw new InvalidDataException($"Expected one unit vector of width {_width}, got {vectors.Count} of width {string.Join(", ", vectors.Select(v => v.Length))}.");
    }
}
