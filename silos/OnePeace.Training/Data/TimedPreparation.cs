using OnePeace.Modalities;
using OnePeace.Training.Masks;

namespace OnePeace.Training.Data;

/// <summary>Prepares single inputs, each within a time: a plugin that never comes back must not hold a run for ever, and a busy machine must make no pair bad.</summary>
internal sealed class TimedPreparation(TimeSpan most)
{
    private const int Attempts = 2;

    /// <param name="pair">Whose input it is, for messages.</param>
    /// <param name="side">Prepares it.</param>
    /// <param name="raw">The input.</param>
    /// <param name="draw">Starts the numbers that it is changed by: anew for every attempt.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LostDataException">It took too long, also the second time.</exception>
    public async Task<PreparedInput> PrepareAsync(string pair, PairSide side, RawInput raw, Func<Func<double>> draw, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TryPrepareAsync(side, raw, draw, cancellation).ConfigureAwait(false) is not { } input) continue;
            MaskDrawing.Check(input);
            return input;
        }
        throw LostDataException.TooSlow(pair, side.Modality, most);
    }

    /// <summary>Null where the time was over; nobody waits any more for a plugin that does not heed that.</summary>
    private async Task<PreparedInput?> TryPrepareAsync(PairSide side, RawInput raw, Func<Func<double>> draw, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(most);
        var token = limit.Token;
        try
        {
            return await Task.Run(async () => await side.PrepareAsync(raw, draw, token).ConfigureAwait(false), token).WaitAsync(most).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && (token.IsCancellationRequested || e is TimeoutException or InvalidInputException { TookTooLong: true }))
        {
            return null;
        }
    }
}
