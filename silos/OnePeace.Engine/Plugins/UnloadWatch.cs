namespace OnePeace.Engine.Plugins;

/// <summary>Sees whether an unloaded plugin is really gone.</summary>
internal static class UnloadWatch
{
    private const int Rounds = 12, FirstFull = 4;

    private static readonly TimeSpan FinalizersLimit = TimeSpan.FromSeconds(5);

    /// <summary>Collects garbage, gently at first, until a load context is gone; false where it is not within about ten seconds.</summary>
    /// <param name="context">Tracks resurrection.</param>
    public static async Task<bool> IsCollectedAsync(WeakReference context)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (!context.IsAlive) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(20 * (1 << Math.Min(round, 6)))).ConfigureAwait(false);
            // Each round frees one more link: modules, then their finalisers, then the context's own.
            GC.Collect(GC.MaxGeneration, round < FirstFull ? GCCollectionMode.Default : GCCollectionMode.Forced, blocking: round >= FirstFull);
            if (!await FinalizersEndAsync().ConfigureAwait(false)) break;   // one of them hangs: more rounds free nothing
        }
        return !context.IsAlive;
    }

    private static async Task<bool> FinalizersEndAsync()
    {
        var finalizers = Task.Run(GC.WaitForPendingFinalizers);
        await finalizers.WaitAsync(FinalizersLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return finalizers.IsCompleted;
    }
}
