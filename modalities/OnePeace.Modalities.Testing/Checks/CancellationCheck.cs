namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Where nobody waits any more, nothing is prepared.</summary>
internal sealed class CancellationCheck : IConformanceCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => "cancellation";

    public void Run(Subject subject)
    {
        var preprocessor = subject.Modality.CreatePreprocessor(subject.Options);
        foreach (var sample in subject.Samples)
        {
            var outcome = Outcome(preprocessor, sample.Bytes);
            Expect.That(outcome is null, $"Expected an OperationCanceledException for the sample '{sample.Name}' within {Patience.TotalSeconds:0} seconds, as its token is cancelled, but {outcome}: call ThrowIfCancellationRequested before the work and in its loops.");
        }
    }

    /// <summary>Null where it is as it should be.</summary>
    private static string? Outcome(IPreprocessor preprocessor, byte[] bytes)
    {
        try
        {
            Preparation.Run(preprocessor, bytes, Patience, new CancellationToken(canceled: true));
            return "it was prepared";
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name} came";
        }
    }
}
