using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;

namespace OnePeace.Platform.Tests.Processes;

/// <summary><c>onepeace up</c>, serving.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _log;

    private RunningPlatform(Process process, StringBuilder log, string[] ready)
    {
        _process = process;
        _log = log;
        Url = new Uri(ready[1]);
        Key = ready[2];
    }

    public Uri Url { get; }

    /// <summary>The last word of the ready line.</summary>
    public string Key { get; }

    public int ProcessId => _process.Id;

    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <summary>Starts on a free port and waits for the ready line.</summary>
    public static async Task<RunningPlatform> StartAsync(string data, string? bootstrapKey = null, params string[] more)
    {
        var start = CommandRun.StartInfo(["up", "--port", "0", "--data", data, .. more]);
        start.Environment["ONEPEACE_BOOTSTRAP_KEY"] = bootstrapKey;
        var log = new StringBuilder();
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => { lock (log) log.AppendLine(line.Data); };
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        var ready = await ReadyAsync(process.StandardOutput, patience.Token);
        if (ready is null || ready.Split(' ') is not ["ready", _, _] words)
        {
            process.Kill();
            throw new InvalidOperationException($"Expected 'ready URL KEY', got '{ready}': {log}");
        }
        return new RunningPlatform(process, log, words);
    }

    /// <summary>A client that presents <paramref name="key"/>.</summary>
    public HttpClient Client(string key) => new()
    {
        BaseAddress = Url,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        Timeout = Patience,
    };

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    /// <returns>The exit code, and what came on stdout after the ready line.</returns>
    public async Task<(int ExitCode, string After)> StopAsync()
    {
        if (Kill(_process.Id, Terminate) != 0) throw new InvalidOperationException($"Expected a process {_process.Id} to end, got error {Marshal.GetLastPInvokeError()}: {Log}");
        using var patience = new CancellationTokenSource(Patience);
        var rest = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, rest);
    }

    /// <summary>Sends SIGKILL: the process has no time for anything more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited) await StopAsync();
        }
        finally
        {
            if (!_process.HasExited) await KillAsync();
            _process.Dispose();
        }
    }

    /// <returns>Null where there is none in time.</returns>
    private static async Task<string?> ReadyAsync(StreamReader output, CancellationToken patience)
    {
        try
        {
            return await output.ReadLineAsync(patience);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
