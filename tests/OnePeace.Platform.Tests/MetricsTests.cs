using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

public sealed class MetricsTests : IDisposable
{
    private static readonly string[] Counts =
    [
        "engine_requests_total", "engine_rejected_total", "engine_dropped_total", "engine_items_total", "engine_batches_total", "engine_tokens_total", "engine_padding_total",
        "engine_queue_items", "engine_queue_tokens", "engine_results_hits_total", "engine_results_misses_total", "engine_residency_evictions_total",
        "embedding_inputs_total", "embedding_tokens_total",
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_was_never_counted_is_0_at_the_first_scrape()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        using var http = platform.Client(platform.Key);
        var scraped = await http.GetStringAsync("metrics");
        Assert.All(Counts, name => Assert.Matches($@"(?m)^onepeace_{name}(\{{[^}}]*\}})? 0( |$)", scraped));
    }

    public void Dispose() => _folder.Dispose();
}
