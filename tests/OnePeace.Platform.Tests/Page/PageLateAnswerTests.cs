using OnePeace.Client;

namespace OnePeace.Platform.Tests.Page;

/// <summary>Answers that come after the page has moved on.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PageLateAnswerTests(BrowsedPlatform browsed)
{
    [Fact]
    public async Task A_pressed_button_stays_so_when_drawn_anew_and_its_late_answer_is_not_shown_to_the_next_key()
    {
        using var client = browsed.Client();
        await using var page = await browsed.OpenWithKeyAsync();
        var run = await client.SubmitRunAsync(new RunOrder(BrowsedPlatform.Recipe("late", steps: 5000)) { Publish = false }, key: null, Cancellation);
        await HoldAsync(page, "/pause");
        await page.SeesAsync("#runs h3", "late");
        await page.ReadAsync<bool>("() => Boolean(window.before = document.querySelector('[id^=pause-]'))");
        await page.PressAsync("Pause late");
        await page.ResizeAsync(900);
        await page.UntilAsync("() => !before.isConnected && Boolean(document.querySelector('[id^=pause-]'))");
        Assert.True(await page.ReadAsync<bool>("() => document.querySelector('[id^=pause-]').disabled"));

        await page.PressAsync("Forget");
        await page.UntilAsync("() => held.length === 1");
        await page.ReadAsync<bool>("async () => { held[0](); await new Promise(go => setTimeout(go, 100)); return true; }");
        await page.UseKeyAsync(browsed.Platform.Key);
        await page.SeesAsync("#runs h3", "late");
        Assert.Empty(await page.TextsAsync("#run-error"));
        await client.CancelRunAsync(run.Id, Cancellation);
        Assert.Empty(page.Faults);
    }

    [Fact]
    public async Task What_happened_is_shown_as_a_whole_when_the_page_is_seen_again_while_it_asks()
    {
        await using var page = await browsed.OpenWithKeyAsync();
        await HoldAsync(page, "/v1/events");
        await page.UntilAsync("() => held.length === 1");
        await page.ReadAsync<bool>("() => { events = 3; held[0](); return true; }");
        await page.UntilAsync("() => document.querySelectorAll('#events li').length === 3 && held.length === 2");
        await page.ReadAsync<bool>("() => { document.dispatchEvent(new Event('visibilitychange')); return held.length === 3; }");
        await page.ReadAsync<bool>("async () => { events = 4; held[1](); await new Promise(go => setTimeout(go, 100)); held[2](); return true; }");
        await page.UntilAsync("() => document.querySelectorAll('#events li').length === 4");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Answers to paths with this in them come when the test calls what is in <c>held</c>; of events there are as many as <c>events</c> says.</summary>
    private static Task<bool> HoldAsync(WatchedPage page, string part) => page.ReadAsync<bool>("""
        part => {
          const real = fetch;
          window.held = [];
          window.events = 0;
          const event = id => ({ id, created: id, modality: 'm', version: '1', what: 'ready' });
          window.fetch = async (path, ...more) => {
            if (!path.includes(part))
              return real(path, ...more);
            await new Promise(go => held.push(go));
            const after = Number(path.split('after=')[1]);
            return { status: 200, json: async () => ({ data: Array.from({ length: events }, (_, i) => event(i + 1)).filter(e => e.id > after) }) };
          };
          return true;
        }
        """, part);
}
