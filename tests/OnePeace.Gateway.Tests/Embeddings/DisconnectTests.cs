using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Embeddings;

public sealed class DisconnectTests
{
    [Fact]
    public async Task Work_of_callers_who_left_ends_within_a_second()
    {
        await using var platform = new Platform();
        await platform.InitializeAsync();
        const int Callers = 20;
        var calls = Enumerable.Range(0, Callers).Select(_ => Leave(platform)).ToArray();
        await UntilAsync(() => platform.Engine.Inside == Callers);
        foreach (var (client, _) in calls)
            client.Dispose();

        await UntilAsync(() => platform.Engine.Abandoned == Callers, TimeSpan.FromSeconds(1));
        Assert.Equal(0, platform.Engine.Inside);
        await Assert.ThrowsAnyAsync<Exception>(() => calls[0].Call);
        await (await platform.Client.EmbedAsync("""{"input":"others do not notice"}""")).OkAsync();
    }

    [Fact]
    public async Task A_request_that_hangs_is_given_up_as_a_503()
    {
        await using var platform = new Platform { Configure = o => o with { RequestTimeout = TimeSpan.FromSeconds(-1.5) } };
        await platform.InitializeAsync();
        var error = await (await platform.Client.EmbedAsync("""{"input":"wait"}""")).ErrorAsync(503);
        Assert.Equal("timeout", (string)error["code"]!);
    }

    private static (HttpClient Client, Task Call) Leave(Platform platform)
    {
        var client = new HttpClient { BaseAddress = platform.Address };
        client.DefaultRequestHeaders.Authorization = platform.Client.DefaultRequestHeaders.Authorization;
        return (client, client.EmbedAsync("""{"input":"wait"}"""));
    }

    private static async Task UntilAsync(Func<bool> condition, TimeSpan? patience = null)
    {
        using var end = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(10));
        while (!condition())
            await Task.Delay(5, end.Token);
    }
}
