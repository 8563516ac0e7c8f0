using OnePeace.Platform.Tests.Modalities;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

public sealed class KeptResultsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_text_that_comes_again_has_its_vector_to_the_bit_and_is_counted()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"], null, "--result-cache", "1MB", "--deterministic");
        using var http = platform.Client(platform.Key);
        var first = await http.EmbedAsync("text", "a cat");
        Assert.Equal(first, await http.EmbedAsync("text", "a cat"));
        Assert.Equal(1, await http.MetricAsync("onepeace_engine_results_hits_total"));
        Assert.Contains("\"deterministic\":true", await http.GetStringAsync("v1/models"));
    }

    [Fact]
    public async Task A_memory_that_is_no_size_is_said_in_one_line() =>
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--result-cache", "much")).ShouldFail(2, "--result-cache", "much", "500MB");

    [Fact]
    public async Task A_memory_whose_unit_was_forgotten_is_said_in_one_line() =>
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--result-cache", "256")).ShouldFail(1, "at least 1MB", "256 bytes", "without a unit");

    public void Dispose() => _folder.Dispose();
}
