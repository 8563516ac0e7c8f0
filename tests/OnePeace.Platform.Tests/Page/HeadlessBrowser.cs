using System.Diagnostics;
using OnePeace.Platform.Tests.Processes;
using PuppeteerSharp;

namespace OnePeace.Platform.Tests.Page;

/// <summary>Chromium without a window, with a profile that goes when it does.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IBrowser _browser;
    private readonly Process _process;
    private readonly string _home;

    private HeadlessBrowser(IBrowser browser, string home)
    {
        _browser = browser;
        _process = browser.Process;
        _home = home;
    }

    public static async Task<HeadlessBrowser> StartAsync()
    {
        var program = Find(Environment.GetEnvironmentVariable("PATH") ?? "");
        var home = Directory.CreateTempSubdirectory("onepeace-browser-").FullName;
        try
        {
            return new HeadlessBrowser(await Puppeteer.LaunchAsync(Options(program, home)), home);
        }
        catch
        {
            await DeleteAsync(home);
            throw;
        }
    }

    /// <summary>Looks for a browser in the folders of <paramref name="path"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string Find(string path)
    {
        var folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Programs.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"The page is tested in a browser: expected one of {string.Join(", ", Programs)} on the path, found none. Install it: 'apt-get install chromium'.");
    }

    /// <summary>A tab that shares nothing with others.</summary>
    public async Task<WatchedPage> OpenAsync(Uri url) => await WatchedPage.OpenAsync(await _browser.CreateBrowserContextAsync(), url);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _browser.CloseAsync().WaitAsync(Patience);
        }
        finally
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await DeleteAsync(_home);
        }
    }

    private static LaunchOptions Options(string program, string home) => new()
    {
        ExecutablePath = program,
        Headless = true,
        UserDataDir = Path.Combine(home, "profile"),
        Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"],   // no sandbox: containers run tests as root
        Env = { ["XDG_CONFIG_HOME"] = Path.Combine(home, "config"), ["XDG_CACHE_HOME"] = Path.Combine(home, "cache") },
        Timeout = (int)Patience.TotalMilliseconds,
    };

    /// <summary>The browser's helpers end a moment after it, and may write until then.</summary>
    private static async Task DeleteAsync(string home)
    {
        using var end = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                Directory.Delete(home, recursive: true);
                return;
            }
            catch (IOException) when (!end.IsCancellationRequested)
            {
                await Task.Delay(50);
            }
        }
    }
}
