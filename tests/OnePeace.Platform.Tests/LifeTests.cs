using System.Net;
using OnePeace.Platform.Tests.Modalities;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

public sealed class LifeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_shows_a_key_and_the_next_one_takes_it_without_showing_it()
    {
        string key;
        await using (var first = await RunningPlatform.StartAsync(_folder["data"]))
        {
            key = first.Key;
            Assert.StartsWith("op_", key);
            Assert.Equal((0, ""), await first.StopAsync());
            Assert.DoesNotContain(key, first.Log);
        }
        await using var second = await RunningPlatform.StartAsync(_folder["data"]);
        Assert.Equal("-", second.Key);
        using var http = second.Client(key);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v1/models")).StatusCode);
        using var stranger = second.Client("op_wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("v1/models")).StatusCode);
    }

    [Fact]
    public async Task The_environment_can_set_the_key()
    {
        const string key = "op_chosen_by_the_operator_0123456789";
        await using var platform = await RunningPlatform.StartAsync(_folder["data"], key);
        using var http = platform.Client(key);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("v1/modalities")).StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_line()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        var second = await CommandRun.OfAsync("up", "--port", platform.Url.Port.ToString(), "--data", _folder["other"]);
        second.ShouldFail(1, "taken", "--port");
    }

    [Fact]
    public async Task A_start_that_fails_costs_no_key_and_one_line()
    {
        var garbage = _folder.Write("garbage.pt", "no model"u8);
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--model", garbage)).ShouldFail(1, "garbage.pt");
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--device", "abacus")).ShouldFail(1, "abacus", "cuda");
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        Assert.StartsWith("op_", platform.Key);
    }

    [Fact]
    public async Task Memory_for_modalities_that_is_no_size_or_too_small_is_said_in_one_line()
    {
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--modality-memory", "much")).ShouldFail(2, "--modality-memory", "much", "2GiB");
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--pin", "text", "No")).ShouldFail(2, "--pin", "No");
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--parallel-loads", "0")).ShouldFail(2, "--parallel-loads");
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"], "--modality-memory", "100KB")).ShouldFail(1, "--modality-memory", "100,000 bytes");
    }

    [Fact]
    public async Task What_does_not_fit_is_not_resident_until_it_is_asked_for_and_what_is_pinned_stays()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"], null, "--modality-memory", "14.7MB", "--pin", "text", "--parallel-loads", "1");
        using var http = platform.Client(platform.Key);
        foreach (var (asked, other) in new[] { ("audio", "image"), ("image", "audio") })
        {
            await http.EmbedAsync(asked, Convert.ToBase64String(File.ReadAllBytes(RepositoryFolder.At(asked == "image" ? "samples/scene.jpg" : "samples/tone.wav"))));
            await Task.Delay(TimeSpan.FromSeconds(1.1));   // the listing may be a second old
            Assert.True((bool)(await http.ModalityAsync("text"))!["resident"]!);
            Assert.True((bool)(await http.ModalityAsync(asked))!["resident"]!);
            Assert.False((bool)(await http.ModalityAsync(other))!["resident"]!);
        }
    }

    [Fact]
    public async Task A_data_folder_belongs_to_one_server_at_a_time()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"])).ShouldFail(1, "used by another");
    }
}
