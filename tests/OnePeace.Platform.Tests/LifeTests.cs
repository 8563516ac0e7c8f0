using System.Net;
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
    public async Task A_data_folder_belongs_to_one_server_at_a_time()
    {
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        (await CommandRun.OfAsync("up", "--port", "0", "--data", _folder["data"])).ShouldFail(1, "used by another");
    }
}
