using System.Diagnostics;
using System.Runtime.InteropServices;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Runs;

/// <summary>Watching a server's run outlasts a restart of the server, and ends with a line that says how.</summary>
public sealed class RunWatchTests
{
    [Fact]
    public async Task A_server_that_starts_again_is_waited_for_while_it_answers_503()
    {
        await using var server = new ScriptedServer(
            Run("running"), Events(State(1, "running")), Starting, Starting, Events(State(2, "finished")), Run("finished"));
        var watched = (await WatchAsync(server)).ShouldSucceed();
        Assert.Contains("state: finished", watched.Output);
        Assert.Contains("does not answer (The model is loading); it is asked again", watched.Error);
        Assert.Equal(["run", "events after ", "run", "events after 1", "events after 1", "run"], server.Asked);
    }

    [Fact]
    public async Task A_run_that_has_ended_is_shown_at_once()
    {
        await using var server = new ScriptedServer(Run("failed", """, "reason": "The disk is full." """));
        var watched = await WatchAsync(server);
        Assert.Equal((1, $"onepeace: the run {Id} was not finished: it failed. The disk is full.\n"), (watched.ExitCode, watched.Error));
        Assert.Contains("reason: The disk is full.", watched.Output);
        Assert.Equal(["run"], server.Asked);
    }

    [Fact]
    public async Task A_run_that_is_not_there_or_is_deleted_meanwhile_is_told_as_that()
    {
        await using var empty = new ScriptedServer(Missing);
        (await WatchAsync(empty)).ShouldFail(1, "no such training run");
        await using var server = new ScriptedServer(Run("running"), Events(State(1, "running")), Missing);
        (await WatchAsync(server)).ShouldFail(1, $"{Id} was deleted while it was watched");
    }

    [Fact]
    public async Task What_happened_before_is_not_shown_as_if_it_were_now()
    {
        await using var server = new ScriptedServer(
            Run("running", """, "progress": { "stage": "s", "step": 70, "steps": 100, "stage_number": 1, "stages": 1, "terms": {} } """),
            Events(Progress(1, 2), Progress(2, 70)), Run("paused"));
        var watched = (await WatchAsync(server)).ShouldSucceed();
        Assert.Contains("step 70/100", watched.Error);
        Assert.DoesNotContain("step 2/100", watched.Error);
    }

    [Fact]
    public async Task Who_stops_watching_is_told_that_the_run_goes_on()
    {
        await using var server = new ScriptedServer([.. Enumerable.Repeat(new[] { Run("running"), Events(State(1, "running")) }, 100).SelectMany(both => both)]);
        using var process = Process.Start(CommandRun.StartInfo(["runs", "watch", Id, "--server", server.Url, "--key", "op_key"]))!;
        while (server.Asked.Count < 3 && !process.HasExited) await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, Kill(process.Id, Terminate));
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((130, $"onepeace: nobody watches {Id} any more, but it goes on: 'onepeace runs watch {Id}' shows it, 'onepeace runs cancel {Id}' ends it.\n"), (process.ExitCode, error));
    }

    private const int Terminate = 15;   // SIGTERM; a shell may have its jobs ignore Ctrl-C

    private const string Id = "run-0123456789abcdef0123";

    private static ScriptedAnswer Starting => new(503, """{ "error": { "message": "The model is loading.", "type": "server_error", "code": "model_loading" } }""");

    private static ScriptedAnswer Missing => new(404, """{ "error": { "message": "There is no such training run.", "type": "invalid_request_error", "code": "run_not_found" } }""");

    private static ScriptedAnswer Run(string state, string more = "") =>
        new(200, $$"""{ "id": "{{Id}}", "state": "{{state}}", "name": "r", "data": "", "stages": [], "ended": {{(state is "finished" or "failed" ? "true" : "false")}} {{more}} }""");

    private static ScriptedAnswer Events(params string[] events) => new(200, string.Concat(events), "text/event-stream");

    private static string State(int id, string state) => $"id: {id}\nevent: state\ndata: {{\"state\":\"{state}\"}}\n\n";

    private static string Progress(int id, int step) => $"id: {id}\nevent: progress\ndata: {{\"stage\":\"s\",\"step\":{step},\"steps\":100,\"stage_number\":1,\"stages\":1,\"terms\":{{}}}}\n\n";

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);

    private static Task<CommandRun> WatchAsync(ScriptedServer server) => CommandRun.OfAsync("runs", "watch", Id, "--server", server.Url, "--key", "op_key");
}
