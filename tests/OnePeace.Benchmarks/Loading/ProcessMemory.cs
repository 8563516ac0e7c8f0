namespace OnePeace.Benchmarks.Loading;

/// <summary>The process's resident memory, by Linux's own account, sampled until it is disposed.</summary>
internal sealed class ProcessMemory : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;

    public ProcessMemory() => _sampling = SampleAsync();

    /// <summary>The most that was seen, in MB: allocated, and mapped from files.</summary>
    public (double Anonymous, double Files) Peak { get; private set; }

    public static (double Anonymous, double Files) Now()
    {
        var lines = File.ReadAllLines("/proc/self/status");
        double Of(string name) => lines.Where(line => line.StartsWith(name, StringComparison.Ordinal)).Sum(line => double.Parse(line.Split(':')[1].Replace("kB", "").Trim()) * 1024 / 1e6);
        return (Of("RssAnon"), Of("RssFile"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var now = Now();
            Peak = (Math.Max(Peak.Anonymous, now.Anonymous), Math.Max(Peak.Files, now.Files));
            await Task.Delay(100, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
