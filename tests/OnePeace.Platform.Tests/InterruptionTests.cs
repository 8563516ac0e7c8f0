using System.Diagnostics;
using OnePeace.Cli;
using OnePeace.Cli.Commands;

namespace OnePeace.Platform.Tests;

public sealed class InterruptionTests
{
    [Fact]
    public async Task Work_is_asked_to_end_by_a_signal_and_the_process_lives()
    {
        var refused = Assert.ThrowsAsync<BadInputException>(() => Interruption.RunAsync(stop => Task.Delay(TimeSpan.FromMinutes(1), stop), default));
        using var kill = Process.Start("kill", ["-TERM", $"{Environment.ProcessId}"]);
        await kill.WaitForExitAsync();
        Assert.Contains("nothing is written", (await refused).Message);
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
