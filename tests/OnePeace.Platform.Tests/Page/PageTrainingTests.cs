using System.Text.Json.Nodes;
using OnePeace.Client;

namespace OnePeace.Platform.Tests.Page;

/// <summary>Training runs in a page that stays open, from the order to what becomes of them.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PageTrainingTests(BrowsedPlatform browsed)
{
    private const string Joining = BrowsedPlatform.Joining;

    [Fact]
    public async Task A_run_appears_its_curve_grows_while_it_runs_and_it_is_steered()
    {
        using var client = browsed.Client();
        await using var page = await browsed.OpenWithKeyAsync();
        Assert.Empty(await page.TextsAsync("#training"));
        await page.ReadAsync<bool>("() => window.staysOpen = true");

        await client.SubmitRunAsync(new RunOrder(BrowsedPlatform.Recipe("growing", steps: 5000)) { Publish = false }, key: null, Cancellation);
        await page.SeesAsync("#runs h3", "growing");
        var first = await EndOfCurveAsync(page, after: 0);
        Assert.True(await EndOfCurveAsync(page, after: first) > first);
        Assert.True(await page.ReadAsync<bool>("() => window.staysOpen === true"));

        await page.PressAsync("Pause growing");
        await page.SeesTrainedAsync("#runs .pill", "paused");
        await page.PressAsync("Resume growing");
        await page.SeesTrainedAsync("#runs .pill", "running");
        await page.PressAsync("Cancel growing");
        await page.SeesTrainedAsync("#runs .pill", "cancelled");
        await ChangeOnesMindAsync(page);
        await page.PressAsync("Delete");
        await page.SeesNoAsync("#training");
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task A_run_that_is_published_is_a_modality_of_the_page_at_once_and_can_be_deleted()
    {
        const int Steps = 30;
        using var client = browsed.Client();
        await using var page = await browsed.OpenWithKeyAsync();
        var run = await client.SubmitRunAsync(new RunOrder(BrowsedPlatform.Recipe("joining", Steps)) { Publish = true }, key: null, Cancellation);
        await page.SeesTrainedAsync("#runs .pill", "published");
        await page.SeesAsync("#runs", $"became {Joining} ");
        await page.SeesAsync("#runs", $"step {Steps} of {Steps}");
        await page.SeesAsync("#modalities h4", Joining);
        await page.SeesAsync("#accepted", Joining);
        using var http = browsed.Platform.Client(browsed.Platform.Key);
        var curve = JsonNode.Parse(await http.GetStringAsync($"v1/runs/{run.Id}", Cancellation))!["curve"]!.AsArray();
        Assert.Equal(curve.Count, await page.ReadAsync<int>("() => document.querySelector('#runs polyline').points.length"));
        await page.ShouldFitAsync(400);
        await page.ShouldFitAsync(1200);

        await page.ChooseAsync("#files", Directory.EnumerateFiles(browsed.Folder[$"pairs/train/{Joining}"]).Order().First());
        await page.UntilAsync("joining => document.querySelector('#items select')?.value === joining", Joining);
        await page.PressAsync("Compare");
        await page.SeesAsync("#timing", "4 vectors");

        await page.PressAsync("Delete joining");
        await page.SeesAsync("#confirm", $"What it became, {Joining} ");
        await page.PressAsync("Delete");
        await page.SeesNoAsync("#training");
        Assert.Empty(await client.RunsAsync(Cancellation));
        await page.PressAsync($"Detach {Joining}");
        await page.PressAsync("Detach");
        await page.SeesNoAsync("#modalities h4", Joining);
        Assert.Empty(page.Faults);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Asks to delete, declines, and asks again before the browser tells that the dialog closed.</summary>
    private static Task<bool> ChangeOnesMindAsync(WatchedPage page) => page.ReadAsync<bool>("""
        async () => {
          const button = document.querySelector('[id^=delete-run-]');
          button.click();
          document.getElementById('confirm-no').click();
          for (let i = 0; i < 100 && button.disabled; i++)
            await null;
          button.click();
          return true;
        }
        """);

    /// <summary>Waits until the curve of a run that runs reaches farther to the right than <paramref name="after"/>.</summary>
    private static async Task<double> EndOfCurveAsync(WatchedPage page, double after)
    {
        const string end = "[...document.querySelectorAll('#runs polyline')].flatMap(line => [...line.points]).at(-1)?.x ?? 0";
        await page.UntilTrainedAsync($"after => document.querySelector('#runs .pill')?.innerText === 'running' && ({end}) > after", after);
        return await page.ReadAsync<double>($"() => {end}");
    }
}
