using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnePeace.Client;
using OnePeace.Engine;
using OnePeace.Gateway.Tests.Hosting;
using OnePeace.Silo;

namespace OnePeace.Gateway.Tests.Split;

/// <summary>Gateway and silo as separate hosts: everything crosses a socket, as between processes.</summary>
public sealed class SplitProcessTests : IAsyncLifetime
{
    private readonly HashingEngine _engine = new();
    private IHost _silo = null!;
    private Platform _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddOnePeaceSilo(new SiloOptions { ClientPort = port, LoadEngine = (_, _) => Task.FromResult<IEncodingEngine>(_engine) });
        _silo = builder.Build();
        await _silo.StartAsync();
        _gateway = new Platform { SiloPort = port };
        await _gateway.InitializeAsync();
    }

    [Fact]
    public async Task Bytes_and_vectors_cross_unchanged_up_to_the_largest_request()
    {
        using var client = new OnePeaceClient(_gateway.Address, _gateway.Key);
        var large = new byte[(64 << 20) - 1024];
        new Random(1).NextBytes(large);
        byte[] small = [1, 2, 3];

        var result = await client.EmbedAsync([EmbeddingInput.Of("image", small), EmbeddingInput.Of("image", large), EmbeddingInput.Text("ü")]);

        Assert.Equal(HashingEngine.Vector(("image", small)), result.Vectors[0]);
        Assert.Equal(HashingEngine.Vector(("image", large)), result.Vectors[1]);
        Assert.Equal(HashingEngine.Vector(("text", "ü"u8.ToArray())), result.Vectors[2]);
    }

    [Fact]
    public async Task Faults_deadlines_and_cancellation_cross_too()
    {
        var error = await (await _gateway.Client.EmbedAsync("""{"input":["a","unusable"]}""")).ErrorAsync(422);
        Assert.Equal("input[1]", (string)error["param"]!);
        Assert.NotNull(_engine.Seen.Last().Deadline);

        using var leaving = new CancellationTokenSource();
        var call = _gateway.Client.PostAsync("/v1/embeddings", new StringContent("""{"input":"wait"}""", null, "application/json"), leaving.Token);
        await UntilAsync(() => _engine.Inside == 1);
        leaving.Cancel();
        await UntilAsync(() => _engine.Abandoned == 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Without_a_silo_the_gateway_lives_and_is_not_ready()
    {
        await _silo.StopAsync();
        await UntilAsync(async () => (int)(await _gateway.Stranger.GetAsync("/readyz")).StatusCode == 503);
        await (await _gateway.Stranger.GetAsync("/healthz")).OkAsync();
        await (await _gateway.Client.EmbedAsync("""{"input":"a"}""")).ErrorAsync(503);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _silo.StopAsync();
        _silo.Dispose();
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition())
            await Task.Delay(10, end.Token);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
