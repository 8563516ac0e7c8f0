using OnePeace.Engine;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Health;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Until_the_model_has_loaded_only_life_is_reported()
    {
        await using var platform = new Platform { Loading = new TaskCompletionSource<IEncodingEngine>() };
        await platform.InitializeAsync();

        await (await platform.Stranger.GetAsync("/healthz")).OkAsync();
        var loading = await platform.Stranger.GetAsync("/readyz");
        Assert.NotNull(loading.Headers.RetryAfter);
        Assert.Equal("not_ready", (string)(await loading.ErrorAsync(503))["code"]!);
        Assert.Equal("not_ready", (string)(await (await platform.Client.EmbedAsync("""{"input":"a"}""")).ErrorAsync(503))["code"]!);
        Assert.Empty((await (await platform.Client.GetAsync("/v1/models")).OkAsync())["data"]!.AsArray());
        await (await platform.Client.GetAsync("/v1/models/default")).ErrorAsync(503);

        platform.Loading.SetResult(platform.Engine);
        await platform.ReadyAsync();
        await (await platform.Client.EmbedAsync("""{"input":"a"}""")).OkAsync();
    }

    [Fact]
    public async Task A_stopping_server_finishes_what_it_has_begun()
    {
        await using var platform = new Platform();
        await platform.InitializeAsync();
        var release = new TaskCompletionSource();
        platform.Engine.Hold = release.Task;
        var begun = platform.Client.EmbedAsync("""{"input":"begun"}""");
        while (platform.Engine.Inside == 0)
            await Task.Delay(5);

        var stopping = platform.StopAsync();
        await Task.Delay(200);
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await (await begun).OkAsync();
        await stopping;
        Assert.True(platform.Engine.Disposed);
    }

    [Fact]
    public async Task A_model_that_fails_to_load_stops_the_server_with_an_exit_code()
    {
        await using var platform = new Platform { Loading = new TaskCompletionSource<IEncodingEngine>() };
        await platform.InitializeAsync();
        platform.Loading.SetException(new InvalidDataException("no such checkpoint"));

        await platform.StoppingAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = 0;
        Assert.Contains(platform.Logs.All, line => line.StartsWith("Critical") && line.Contains("no such checkpoint"));
    }

    [Fact]
    public async Task What_makes_a_model_slow_is_a_warning_in_the_log_once()
    {
        var engine = new HashingEngine { Describing = served => served with { Slowness = "the reason" } };
        await using var platform = new Platform { Load = _ => engine };
        await platform.InitializeAsync();
        await (await platform.Client.EmbedAsync("""{"input":"a"}""")).OkAsync();
        await platform.Logs.UntilAsync("Serving hashing");
        Assert.Equal("Warning hashing is served more slowly than this machine could: the reason", Assert.Single(platform.Logs.All, line => line.Contains("the reason")).Trim());
    }

    [Fact]
    public async Task A_lost_device_stops_the_server_within_two_seconds()
    {
        await using var platform = new Platform();
        await platform.InitializeAsync();
        platform.Engine.Healthy = false;
        await platform.StoppingAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task Two_platforms_run_side_by_side()
    {
        await using var one = new Platform();
        await using var two = new Platform();
        await Task.WhenAll(one.InitializeAsync().AsTask(), two.InitializeAsync().AsTask());
        await (await one.Client.EmbedAsync("""{"input":"a"}""")).OkAsync();
        await (await two.Client.EmbedAsync("""{"input":"a"}""")).OkAsync();
        await (await two.Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/models")
        {
            Headers = { Authorization = one.Client.DefaultRequestHeaders.Authorization },
        })).ErrorAsync(401);
    }
}
