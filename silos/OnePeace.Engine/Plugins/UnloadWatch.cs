namespace OnePeace.Engine.Plugins;

/// <summary>Sees whether an unloaded plugin is really gone.</summary>
internal static class UnloadWatch
{
    private const int Rounds = 12, FirstFull = 4;

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
            await Task.Run(GC.WaitForPendingFinalizers).ConfigureAwait(false);
        }
        return !context.IsAlive;
    }
}
