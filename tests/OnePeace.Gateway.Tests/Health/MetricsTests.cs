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

    [Fact]
    public async Task What_was_never_asked_for_is_counted_as_0_from_the_first_scrape()
    {
        var engine = new HashingEngine { Describing = served => served with { Modalities = [.. served.Modalities, new("touch", "1.0.0", "ready", "sha256:d", ["application/x-touch"])] } };
        await using var fresh = new Platform { Load = _ => engine };
        await fresh.InitializeAsync();
        var text = await fresh.Client.GetStringAsync("/metrics");
        Assert.Matches("onepeace_embedding_inputs_total\\{[^}]*modality=\"touch\"[^}]*\\} 0", text);
        Assert.Matches("onepeace_embedding_tokens_total(\\{[^}]*\\})? [0-9]", text);
    }
}
