using OnePeace.Benchmarks.Serving;
using OnePeace.Client;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Benchmarks.Bench;

/// <summary><c>onepeace up</c> as a process of its own, and the client library that asks it.</summary>
internal sealed class ServedPlatform : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly RunningPlatform _platform;
    private readonly OnePeaceClient _client;

    private ServedPlatform(RunningPlatform platform, int width, TimeSpan longestWait)
    {
        LongestWait = longestWait;
        _platform = platform;
        _client = new OnePeaceClient(platform.Url, platform.Key);
        Expected = new ExpectedAnswers(width) { IsRefusal = e => e is OnePeaceApiException { Status: System.Net.HttpStatusCode.TooManyRequests or System.Net.HttpStatusCode.ServiceUnavailable } };
    }

    public ExpectedAnswers Expected { get; }

    /// <summary>How much work waits before more is refused.</summary>
    public TimeSpan LongestWait { get; }

    /// <summary>Computes one batch at a time, as the bare model does.</summary>
    public static async Task<ServedPlatform> StartAsync(BenchRun run, string data, TimeSpan longestWait)
    {
        var platform = await RunningPlatform.StartAsync(data, null, "--model", run.ModelPath, "--dtype", run.DataTypes[0], "--slots", "1",
            "--torch-threads", Text(run.Threads), "--longest-wait", Text(longestWait.TotalSeconds));
        return new(platform, run.Source.Shape.Width, longestWait);

        static string Text(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>One request of one input; the vector comes as MessagePack.</summary>
    public async Task<IReadOnlyList<float[]>> AskAsync(string modality, int number, CancellationToken end) =>
        (await _client.EmbedAsync([EmbeddingInput.Of(modality, BenchInputs.Of(modality, number))], cancellation: end)).Vectors;

    /// <summary>Asks again where the server is at its limit: for callers that wait.</summary>
    public async Task AskUntilAnsweredAsync(string modality, int number, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await AskAsync(modality, number, end);
                return;
            }
            catch (OnePeaceApiException e) when (Expected.IsRefusal(e))
            {
                await Task.Delay(e.RetryAfter ?? Soon, end);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _platform.DisposeAsync();
    }
}
