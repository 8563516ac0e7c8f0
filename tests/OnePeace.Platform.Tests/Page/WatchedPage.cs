using System.Collections.Concurrent;
using System.Diagnostics;
using PuppeteerSharp;

namespace OnePeace.Platform.Tests.Page;

/// <summary>The page in a tab, used as people use it; whatever goes wrong in it is noted.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), TrainingPatience = TimeSpan.FromSeconds(180), Pause = TimeSpan.FromMilliseconds(30);

    private const string Seen = "(selector, words) => [...document.querySelectorAll(selector)].some(e => e.checkVisibility() && e.innerText.includes(words))";

    private readonly IBrowserContext _context;
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _faults = [];

    private WatchedPage(IBrowserContext context, IPage page)
    {
        (_context, _page) = (context, page);
        page.Console += (_, told) =>
        {
            if (told.Message.Type is ConsoleType.Error or ConsoleType.Warning) _faults.Enqueue($"console: {told.Message.Text} {told.Message.Location?.URL}");
        };
        page.PageError += (_, thrown) => _faults.Enqueue($"not caught: {thrown.Message}");
        page.RequestFailed += (_, failed) => _faults.Enqueue($"no answer: {failed.Request.Url} {failed.Request.FailureText}");
        page.Response += (_, came) =>
        {
            if ((int)came.Response.Status >= 400) _faults.Enqueue($"{(int)came.Response.Status}: {came.Response.Url}");
        };
    }

    /// <summary>Errors and warnings of the console, exceptions that nobody caught, requests that failed.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public static async Task<WatchedPage> OpenAsync(IBrowserContext context, Uri url)
    {
        var page = new WatchedPage(context, await context.NewPageAsync());
        await page.ResizeAsync(1200);
        await page._page.GoToAsync(url.ToString());
        return page;
    }

    public Task ResizeAsync(int width) => _page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });

    public Task<T> ReadAsync<T>(string function, params object[] arguments) => _page.EvaluateFunctionAsync<T>(function, arguments);

    /// <summary>Text of all that <paramref name="selector"/> finds and that is seen.</summary>
    public Task<string[]> TextsAsync(string selector) =>
        ReadAsync<string[]>("selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => e.innerText)", selector);

    /// <summary>Asks the page until <paramref name="function"/> gives true.</summary>
    public Task UntilAsync(string function, params object[] arguments) => UntilAsync(Patience, function, arguments);

    /// <summary>The same for what waits for training to move, which yields to everything else that this machine does.</summary>
    public Task UntilTrainedAsync(string function, params object[] arguments) => UntilAsync(TrainingPatience, function, arguments);

    private async Task UntilAsync(TimeSpan patience, string function, object[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await ReadAsync<bool>(function, arguments))
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
                throw new TimeoutException($"Not within {patience}: {function} ({string.Join(", ", arguments)})\n{string.Join('\n', _faults)}\n{await ReadAsync<string>("() => document.body.innerText")}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits until an element is seen that has these words.</summary>
    public Task SeesAsync(string selector, string words) => UntilAsync(Seen, selector, words);

    /// <summary>The same for what waits for training to move.</summary>
    public Task SeesTrainedAsync(string selector, string words) => UntilTrainedAsync(Seen, selector, words);

    public Task SeesNoAsync(string selector, string words = "") =>
        UntilAsync("(selector, words) => ![...document.querySelectorAll(selector)].some(e => e.checkVisibility() && e.innerText.includes(words))", selector, words);

    /// <summary>Presses a button by its name, as soon as it can be pressed and nothing lies over it.</summary>
    public Task PressAsync(string name) => UntilAsync("""
        name => {
          const button = [...document.querySelectorAll('button, summary')].find(b => (b.ariaLabel ?? b.innerText).trim() === name && b.checkVisibility() && !b.disabled);
          button?.scrollIntoView({ block: 'center' });
          const box = button?.getBoundingClientRect();
          if (!button?.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)))
            return false;
          button.click();
          return true;
        }
        """, name);

    /// <summary>Types into a field that is empty.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await _page.FocusAsync(selector);
        await _page.Keyboard.TypeAsync(text);
    }

    public async Task UseKeyAsync(string key)
    {
        await TypeAsync("#key", key);
        await PressAsync("Use");
    }

    /// <summary>Chooses files in a field for files.</summary>
    public async Task ChooseAsync(string selector, params string[] files) => await (await _page.QuerySelectorAsync(selector)).UploadFileAsync(files);

    /// <summary>That at this width nothing has to be scrolled sideways, but for what scrolls by itself.</summary>
    public async Task ShouldFitAsync(int width)
    {
        await ResizeAsync(width);
        await UntilAsync("width => document.documentElement.clientWidth === width && [...document.querySelectorAll('.curve')].every(c => c.viewBox.baseVal.width === c.parentElement.clientWidth)", width);
        Assert.Empty(await ReadAsync<string[]>("""
            () => {
              const seen = document.documentElement.clientWidth;
              const scrolls = e => e !== document.documentElement && e !== document.body && getComputedStyle(e).overflowX !== 'visible';
              const inside = e => { for (e = e.parentElement; e; e = e.parentElement) if (scrolls(e)) return true; return false; };
              const wide = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > seen + 0.5 && !inside(e));
              return [...wide.map(e => `${e.tagName} ${e.id} ${e.className} ${e.textContent.slice(0, 60)}`), ...(document.documentElement.scrollWidth > seen ? ['the page'] : [])];
            }
            """));
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
