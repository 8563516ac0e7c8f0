using System.Net;
using System.Net.Sockets;
using System.Text;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Runs;

/// <summary>Watching a server's run outlasts a restart of the server.</summary>
public sealed class RunWatchTests
{
    private const string State = "id: {0}\nevent: state\ndata: {{\"state\":\"{1}\"}}\n\n";

    [Fact]
    public async Task A_server_that_starts_again_is_waited_for_while_it_answers_503()
    {
        var asked = new List<string>();
        using var server = Listen(out var url);
        var serving = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                var context = await server.GetContextAsync();
                var isEvents = context.Request.Url!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal);
                asked.Add(isEvents ? $"events after {context.Request.Headers["Last-Event-ID"]}" : "run");
                await AnswerAsync(context.Response, asked.Count, isEvents);
                if (asked.Count == 5) return;
            }
        }, TestContext.Current.CancellationToken);
        var watched = (await CommandRun.OfAsync("runs", "watch", "run-0123456789abcdef0123", "--server", url, "--key", "op_key")).ShouldSucceed();
        Assert.Contains("state: finished", watched.Output);
        await serving;
        Assert.Equal(["events after ", "run", "events after 1", "events after 1", "run"], asked);
    }

    /// <summary>The server goes away after the first event, and is there again at the fourth request.</summary>
    private static async Task AnswerAsync(HttpListenerResponse response, int request, bool isEvents)
    {
        var isStarting = request is 2 or 3;
        response.StatusCode = isStarting ? 503 : 200;
        response.ContentType = isStarting || !isEvents ? "application/json" : "text/event-stream";
        var text = isStarting ? """{ "error": { "message": "The model is loading.", "type": "server_error", "code": "model_loading" } }"""
            : isEvents ? string.Format(System.Globalization.CultureInfo.InvariantCulture, State, request, request == 1 ? "running" : "finished")
            : """{ "id": "run-0123456789abcdef0123", "state": "finished", "name": "r", "ended": true }""";
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        response.Close();
    }

    private static HttpListener Listen(out string url)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        var server = new HttpListener();
        server.Prefixes.Add(url);
        server.Start();
        return server;
    }
}
