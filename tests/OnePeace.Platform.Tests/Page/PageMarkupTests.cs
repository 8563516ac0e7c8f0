using System.Text.Json;
using OnePeace.Client;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Page;

/// <summary>Names and words from outside, which would do harm if the page took them for more than text.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PageMarkupTests(BrowsedPlatform browsed)
{
    private const string Markup = """<img src=x onerror="document.title='harm'">""";
    private static readonly string Name = Markup.PadRight(100, 'w');   // the longest that a run may have, in one word from the middle on

    [Fact]
    public async Task A_text_and_a_run_are_called_what_they_are_called()
    {
        using var client = browsed.Client();
        await using var page = await browsed.OpenWithKeyAsync();
        await page.TypeAsync("#text", Name);
        await page.PressAsync("Add texts");
        await page.PressAsync("Compare");
        await page.SeesAsync("#matrix tbody th", Markup);

        var run = await client.SubmitRunAsync(new RunOrder(BrowsedPlatform.Recipe("long", steps: 5000)) { Name = Name, Publish = false }, key: null, Cancellation);
        await page.SeesAsync("#runs h3", Name);
        await page.SeesTrainedAsync("#runs", " left");
        await page.ShouldFitAsync(400);
        await page.ShouldFitAsync(1200);
        await page.PressAsync($"Cancel {Name}");
        await page.SeesTrainedAsync("#runs .pill", "cancelled");
        await page.SeesNoAsync("#runs", " left");

        await page.PressAsync($"Delete {Name}");
        await page.SeesAsync("#confirm h2", $"Delete the run {Name}?");
        await page.ShouldFitAsync(400);
        await page.PressAsync("Cancel");
        await page.SeesNoAsync("#confirm");
        Assert.Equal("cancelled", (await client.RunAsync(run.Id, Cancellation)).State);
        await page.PressAsync($"Delete {Name}");
        await page.PressAsync("Delete");
        await page.SeesNoAsync("#training");
        await ShouldBeTextAsync(page);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task A_package_is_attached_described_and_detached_in_the_words_of_its_author()
    {
        var (package, empty) = (await PackAsync(), browsed.Folder.Write($"{Markup}.opm", []));
        await using var page = await browsed.OpenWithKeyAsync();
        await page.ChooseAsync("#package", empty);
        await page.SeesAsync("#refused", $"{Markup}.opm was refused.");
        Assert.All(page.Faults, fault => Assert.Matches(@"\b(400|422)\b.*/v1/modalities", fault));   // the refusal itself, and nothing else
        var refused = page.Faults.Count;

        await page.ChooseAsync("#package", package);
        await page.SeesAsync("#attached", $"{BrowsedPlatform.Joining} 1.0.0 is ready.");
        await page.SeesNoAsync("#refused");
        await page.SeesAsync("#modalities h4", BrowsedPlatform.Joining);
        await page.SeesAsync("#events", BrowsedPlatform.Joining);
        await page.PressAsync("1 version");
        await page.SeesAsync(".versions p", Name);
        await page.SeesAsync(".versions p", $"by {Markup}");
        await page.ShouldFitAsync(400);
        await page.ShouldFitAsync(1200);
        await page.PressAsync($"Detach {BrowsedPlatform.Joining}");
        await page.PressAsync("Detach");
        await page.SeesNoAsync("#modalities h4", BrowsedPlatform.Joining);
        await page.SeesAsync("#events", "detached");
        await ShouldBeTextAsync(page);
        Assert.Equal(refused, page.Faults.Count);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task ShouldBeTextAsync(WatchedPage page)
    {
        Assert.Equal("OnePeace", await page.ReadAsync<string>("() => document.title"));
        Assert.Equal(0, await page.ReadAsync<int>("() => document.querySelectorAll('img[src=x], [onerror]').length"));
    }

    /// <summary>The plugin that the model lacks, as somebody's package.</summary>
    private async Task<string> PackAsync()
    {
        var project = Directory.CreateDirectory(browsed.Folder["package"]).FullName;
        var sample = Directory.EnumerateFiles(browsed.Folder[$"pairs/train/{BrowsedPlatform.Joining}"]).Order().First();
        File.Copy(sample, Path.Combine(project, Path.GetFileName(sample)));
        await File.WriteAllTextAsync(Path.Combine(project, "modality.json"), JsonSerializer.Serialize(new
        {
            name = BrowsedPlatform.Joining, version = "1.0.0", description = Name, author = Markup, licence = Markup,
            options = new { use_attn_bias = true }, canaries = new[] { Path.GetFileName(sample) },
        }), Cancellation);
        var (package, plugin) = (browsed.Folder["package.opm"], Path.Combine(AppContext.BaseDirectory, "modalities", BrowsedPlatform.Joining));
        (await CommandRun.OfAsync("modality", "pack", project, "--model", browsed.Folder["model"], "--plugin", plugin, "--out", package)).ShouldSucceed();
        return package;
    }
}
