using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OnePeace.Platform.Tests.Runs;

/// <summary>What a server answers.</summary>
internal sealed record ScriptedAnswer(int Status, string Body, string MediaType = "application/json");

/// <summary>A server that answers one request after the other as it was told, and then no more.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly Task _serving;

    public ScriptedServer(params ScriptedAnswer[] answers)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _serving = ServeAsync(answers);
    }

    public string Url { get; }

    /// <summary>What it was asked: for the run, or for its events after one.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync(IEnumerable<ScriptedAnswer> answers)
    {
        try
        {
            foreach (var answer in answers)
            {
                var context = await _listener.GetContextAsync();
                var isEvents = context.Request.Url!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal);
                _asked.Enqueue(isEvents ? $"events after {context.Request.Headers["Last-Event-ID"]}" : "run");
                (context.Response.StatusCode, context.Response.ContentType) = (answer.Status, answer.MediaType);
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // the test is over before all was asked
        }
    }
}
