using OnePeace.Benchmarks.Serving;
using OnePeace.Client;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Benchmarks.Bench;

/// <summary><c>onepeace up</c> as a process of its own, and the client library that asks it.</summary>
internal sealed class ServedPlatform : IAsyncDisposable
{
    private const string Processors = "DOTNET_PROCESSOR_COUNT";

    private readonly RunningPlatform _platform;
    private readonly OnePeaceClient _client;

    private ServedPlatform(RunningPlatform platform, int width)
    {
        _platform = platform;
        _client = new OnePeaceClient(platform.Url, platform.Key);
        Expected = new ExpectedAnswers(width) { IsRefusal = e => e is OnePeaceApiException { Status: System.Net.HttpStatusCode.TooManyRequests or System.Net.HttpStatusCode.ServiceUnavailable } };
    }

    public ExpectedAnswers Expected { get; }

    /// <summary>Starts as it comes.</summary>
    /// <param name="threads">Of torch; 0 as it comes too. Else the server believes in so many processors, from which it takes the number of threads.</param>
    public static async Task<ServedPlatform> StartAsync(string data, string model, string type, int threads, int width)
    {
        var before = Environment.GetEnvironmentVariable(Processors);
        if (threads > 0) Environment.SetEnvironmentVariable(Processors, threads.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            return new ServedPlatform(await RunningPlatform.StartAsync(data, null, "--model", model, "--dtype", type), width);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Processors, before);
        }
    }

    /// <summary>One request of one input; the vector comes as MessagePack.</summary>
    public async Task<IReadOnlyList<float[]>> AskAsync(string modality, int number, CancellationToken end) =>
        (await _client.EmbedAsync([EmbeddingInput.Of(modality, BenchInputs.Of(modality, number))], cancellation: end)).Vectors;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _platform.DisposeAsync();
    }
}
