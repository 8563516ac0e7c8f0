using System.Diagnostics;
using OnePeace.Cli.Commands;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests;

public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Work_is_asked_to_end_by_a_signal_and_the_process_lives_until_it_has_tidied_up()
    {
        using var process = Process.Start(CommandRun.StartInfo(["dataset", "make", "--seed", "3", "--size", "100000", "--out", _folder["scenes"]]))!;
        var run = CommandRun.ToEndAsync(process, CommandRun.Patience);
        while (!process.HasExited && Directory.GetFileSystemEntries(_folder[""]).Length == 0) await Task.Delay(5, TestContext.Current.CancellationToken);
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        (await run).ShouldFail(1, "stopped, and nothing is written");
        Assert.Empty(Directory.GetFileSystemEntries(_folder[""]));
    }

    [Fact]
    public async Task It_ends_with_its_patience_and_with_whoever_asked_for_it()
    {
        using var impatient = new Interruption(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromMinutes(1), impatient.Token));
        using var caller = new CancellationTokenSource();
        using var patient = new Interruption(cancellation: caller.Token);
        Assert.False(patient.Token.IsCancellationRequested);
        await caller.CancelAsync();
        Assert.True(patient.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task What_ends_by_itself_is_not_told_as_stopped() =>
        await Assert.ThrowsAsync<TaskCanceledException>(() => Interruption.RunAsync(_ => Task.FromCanceled(new CancellationToken(canceled: true)), default));
}
