using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Health;

[Collection(SharedPlatform.Name)]
public sealed class MetricsTests(Platform platform)
{
    [Fact]
    public async Task Metrics_count_inputs_by_modality_and_requests_by_route()
    {
        await (await platform.Client.EmbedAsync("""{"input":["a",{"smell":"AAEC"}]}""")).OkAsync();
        var text = await platform.Client.GetStringAsync("/metrics");
        Assert.Matches("onepeace_embedding_inputs_total\\{[^}]*modality=\"smell\"[^}]*\\} [1-9]", text);
        Assert.Matches("http_server_request_duration_seconds_count\\{[^}]*http_route=\"/v1/embeddings\"", text);
    }
}
