using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> All { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel level) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
        All.Enqueue($"{level} {format(state, exception)} {exception?.Message}");

    public void Dispose() { }
}
