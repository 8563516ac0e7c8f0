using System.Runtime.InteropServices;

namespace OnePeace.Benchmarks;

/// <summary>Ends a measurement at Ctrl-C or SIGTERM, or when it takes too long, so that what it has begun is tidied up.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly PosixSignalRegistration _interrupt, _terminate;

    /// <param name="patience">After which it ends by itself; null for never.</param>
    public Interruption(TimeSpan? patience = null)
    {
        _end = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan);
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
