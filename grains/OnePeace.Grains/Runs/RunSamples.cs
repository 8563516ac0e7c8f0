using OnePeace.Modalities;
using OnePeace.Training.Data;

namespace OnePeace.Grains.Runs;

/// <summary>Inputs of a run's data that a package of it can keep as canaries.</summary>
public static class RunSamples
{
    private const int MostTokens = 1024;   // what a project allows that says nothing else
    private static readonly InputLimits Limits = new();

    /// <summary>The bytes of one side of a pair; null where the modality cannot prepare them within a package's limits.</summary>
    public static async Task<byte[]?> TryReadAsync(IPairSource pairs, int index, string modality, IPreprocessor preprocessor, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(Limits.PrepareSeconds));
        try
        {
            var input = (await pairs.ReadAsync(index, patience.Token)).Inputs[modality];
            if (input.Bytes.Length is 0 || input.Bytes.Length > Limits.MaxInputBytes) return null;
            var prepared = await preprocessor.PrepareAsync(new RawInput(input.Bytes), patience.Token);
            return prepared.Tokens is >= 1 and <= MostTokens ? input.Bytes.ToArray() : null;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not LostDataException)   // a plugin may throw anything
        {
            return null;
        }
    }
}
