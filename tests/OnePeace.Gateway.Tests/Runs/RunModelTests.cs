using System.Formats.Tar;
using OnePeace.Client;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Runs;

/// <summary>A run's weights over real HTTP.</summary>
public sealed class RunModelTests(TrainingPlatform platform) : IClassFixture<TrainingPlatform>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-download-").FullName;

    private string Out => Path.Combine(_folder, "model");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_model_of_a_run_is_fetched_whole_once_a_stage_is_done()
    {
        using var client = new OnePeaceClient(platform.Client);
        var id = (string)(await (await platform.SubmitAsync("""{ "recipe": "shipped", "publish": false }""")).JsonAsync())["id"]!;
        await (await platform.Client.GetAsync($"/v1/runs/{id}/model", Cancellation)).ErrorAsync(409);
        var early = await Assert.ThrowsAsync<OnePeaceApiException>(() => client.DownloadRunModelAsync(id, Out, Cancellation));
        Assert.Equal("conflict", early.Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        platform.Trainer.Allowed.Release(10);
        await foreach (var _ in client.WatchRunAsync(id, cancellation: Cancellation)) { }
        Directory.CreateDirectory(Out);
        await client.DownloadRunModelAsync(id, Out, Cancellation);
        var files = Directory.GetFiles(Out, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(Out, file));
        Assert.Equal(platform.Trainer.Model.Keys.Order(StringComparer.Ordinal), files);
        Assert.All(platform.Trainer.Model, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(Out, file.Key))));
        Assert.Equal([Out], Directory.GetFileSystemEntries(_folder));

        await Assert.ThrowsAsync<IOException>(() => client.DownloadRunModelAsync(id, Out, Cancellation));
        using var response = await platform.Client.GetAsync($"/v1/runs/{id}/model", Cancellation);
        Assert.Equal(("application/x-tar", $"{id}.tar"), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.FileName));
        using var tar = new TarReader(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("config.json", tar.GetNextEntry()!.Name);
    }

    [Fact]
    public async Task Models_of_runs_that_are_not_there_are_404s_and_strangers_get_none()
    {
        foreach (var id in new[] { "run-0123456789abcdef0123", "x", "..%2f..", "run-XYZ" })
            await (await platform.Client.GetAsync($"/v1/runs/{id}/model", Cancellation)).ErrorAsync(404);
        await (await platform.Platform.Stranger.GetAsync("/v1/runs/run-0123456789abcdef0123/model", Cancellation)).ErrorAsync(401);
    }
}
