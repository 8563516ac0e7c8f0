using System.Runtime.InteropServices;

namespace OnePeace.Cli.Commands;

/// <summary>Lets a command that Ctrl-C or SIGTERM stops tidy up what it has begun.</summary>
internal static class Interruption
{
    /// <exception cref="BadInputException">It was stopped.</exception>
    public static Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellation) =>
        RunAsync(work, () => new BadInputException("stopped, and nothing is written."), cancellation);

    /// <param name="stoppedAs">What is thrown where it was stopped.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> work, Func<Exception> stoppedAs, CancellationToken cancellation)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await work(stopped.Token);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            throw stoppedAs();
        }
    }
}
