using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Client;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Page;

/// <summary>A platform whose model lacks one modality, data to train it with, and a browser.</summary>
public sealed class BrowsedPlatform : IAsyncLifetime
{
    /// <summary>What the model lacks, until a test attaches it.</summary>
    public const string Joining = "imu";

    private static readonly string[] OfModel = ["audio", "image", "text"];

    private HeadlessBrowser? _browser;
    private RunningPlatform? _platform;

    public TemporaryFolder Folder { get; } = new();

    internal RunningPlatform Platform => _platform!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Task.WhenAll(StartBrowserAsync(), MakePairsAsync(), MakeModelAsync());
            _platform = await RunningPlatform.StartAsync(Folder["data"], null, "--model", Folder["model"], "--training-data", Folder["pairs"]);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The page of a platform that has no runs and no package, whatever the test before left.</summary>
    internal async Task<WatchedPage> OpenAsync()
    {
        using var client = Client();
        foreach (var run in await client.RunsAsync())
        {
            if (!run.Ended) await client.CancelRunAsync(run.Id);
            await client.DeleteRunAsync(run.Id);
        }
        if ((await client.ModalitiesAsync()).Any(modality => modality.Id == Joining)) await client.RemoveModalityAsync(Joining);
        return await _browser!.OpenAsync(Platform.Url);
    }

    /// <summary>The page after its user gave the key.</summary>
    internal async Task<WatchedPage> OpenWithKeyAsync()
    {
        var page = await OpenAsync();
        await page.UseKeyAsync(Platform.Key);
        await page.SeesAsync("#modalities h4", OfModel[0]);
        return page;
    }

    private async Task StartBrowserAsync() => _browser = await HeadlessBrowser.StartAsync();

    private async Task MakePairsAsync() => (await CommandRun.OfAsync("dataset", "make", "--seed", "1", "--size", "200", "--out", Folder["pairs"])).ShouldSucceed();

    private async Task MakeModelAsync() => (await CommandRun.OfAsync("convert", TestData.DemoModel, Folder["model"], "--modalities", string.Join(',', OfModel))).ShouldSucceed();

    internal OnePeaceClient Client() => new(Platform.Url, Platform.Key);

    /// <summary>The stage of the demo recipe in which the modality joins, made short.</summary>
    internal static JsonElement Recipe(string name, int steps)
    {
        var demo = JsonNode.Parse(File.ReadAllText(RepositoryFolder.At("models/training/demo.json")))!;
        var stage = demo["stages"]!.AsArray().Single(s => (string?)s!["other"] == Joining)!.DeepClone().AsObject();
        stage.Remove("validation");
        stage.Remove("validate_every");
        stage["steps"] = steps;
        stage["options"] = demo["model"]!["modalities"]![Joining]!.DeepClone();
        return JsonSerializer.SerializeToElement(new JsonObject { ["name"] = name, ["seed"] = 1, ["stages"] = new JsonArray(stage) });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_browser is not null) await _browser.DisposeAsync();
        }
        finally
        {
            if (_platform is not null) await _platform.DisposeAsync();
            Folder.Dispose();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class SharedBrowser : ICollectionFixture<BrowsedPlatform>
{
    public const string Name = "browser";
}
