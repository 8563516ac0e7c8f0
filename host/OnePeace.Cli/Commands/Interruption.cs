using System.Runtime.InteropServices;

namespace OnePeace.Cli.Commands;

/// <summary>Asks work to end at Ctrl-C or SIGTERM, or when it takes too long, so that what it has begun is tidied up.</summary>
/// <remarks>The benchmarks compile this file too: they run the command as a process of its own, and refer to nothing of it.</remarks>
internal sealed partial class Interruption : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly PosixSignalRegistration _interrupt, _terminate;

    /// <param name="patience">After which it ends by itself; null for never.</param>
    /// <param name="cancellation">Ends it as well.</param>
    public Interruption(TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _end.CancelAfter(patience ?? Timeout.InfiniteTimeSpan);
        (_interrupt, _terminate) = (PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End));

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _end.Cancel();
        }
    }

    public CancellationToken Token => _end.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _end.Dispose();
    }
}
