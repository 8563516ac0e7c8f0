using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public ConcurrentQueue<string> All { get; } = new();

    /// <summary>Waits until a line has these words.</summary>
    public async Task UntilAsync(string words)
    {
        var start = Stopwatch.GetTimestamp();
        while (!All.Any(line => line.Contains(words)))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"Expected a log line with '{words}' within {Patience}, got these:\n{string.Join('\n', All)}");
            await Task.Delay(5);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel level) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
        All.Enqueue($"{level} {format(state, exception)} {exception?.Message}");

    public void Dispose() { }
}
