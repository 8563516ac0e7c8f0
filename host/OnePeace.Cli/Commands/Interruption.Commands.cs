namespace OnePeace.Cli.Commands;

internal sealed partial class Interruption
{
    /// <exception cref="BadInputException">It was stopped.</exception>
    public static Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellation) =>
        RunAsync(work, () => new BadInputException("stopped, and nothing is written."), cancellation);

    /// <param name="stoppedAs">What is thrown where it was stopped.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> work, Func<Exception> stoppedAs, CancellationToken cancellation)
    {
        using var interruption = new Interruption(cancellation: cancellation);
        try
        {
            await work(interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw stoppedAs();
        }
    }
}
