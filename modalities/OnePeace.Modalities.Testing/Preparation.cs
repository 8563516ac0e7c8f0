namespace OnePeace.Modalities.Testing;

/// <summary>Runs a preprocessor on a thread of its own, as it may never return.</summary>
internal static class Preparation
{
    /// <exception cref="TimeoutException">It did not return within <paramref name="patience"/>.</exception>
    public static PreparedInput Run(IPreprocessor preprocessor, ReadOnlyMemory<byte> bytes, TimeSpan patience, CancellationToken cancellation = default) => Within(patience, () =>
        preprocessor.PrepareAsync(new RawInput(bytes), cancellation).AsTask().GetAwaiter().GetResult());

    /// <inheritdoc cref="Run" path="/exception"/>
    public static T Within<T>(TimeSpan patience, Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(patience).GetAwaiter().GetResult();
}
