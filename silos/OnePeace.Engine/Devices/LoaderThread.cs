namespace OnePeace.Engine.Devices;

/// <summary>A thread for one piece of work beside serving (loading weights, trying a plugin out): one torch thread, and the processor only when serving leaves it.</summary>
internal static class LoaderThread
{
    private const int Nicest = 19;

    private static int _abandoned;

    /// <summary>Pieces of work that did not return in time and may still run.</summary>
    public static int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>Runs work to its end.</summary>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(work, completion)) { Name = name, IsBackground = true }.Start();
        return completion.Task;
    }

    /// <summary>Runs work that cannot be trusted to return: after the limit it is left alone on its thread, which .NET cannot end. What it returns later is disposed.</summary>
    /// <exception cref="AbandonedException">It did not return in time.</exception>
    public static async Task<T> RunAsync<T>(string name, Func<T> work, TimeSpan limit, CancellationToken cancellation = default)
    {
        var running = RunAsync(name, work);
        await ((Task)running).WaitAsync(limit, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompleted) return await running.ConfigureAwait(false);
        Interlocked.Increment(ref _abandoned);
        _ = FollowAsync(running);
        cancellation.ThrowIfCancellationRequested();
        throw new AbandonedException($"Expected '{name}' to return within {limit.TotalSeconds:0.#} seconds, but it did not and is left alone on its thread.");
    }

    private static async Task FollowAsync<T>(Task<T> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _abandoned);
        if (late.IsCompletedSuccessfully) (await late.ConfigureAwait(false) as IDisposable)?.Dispose();
    }

    private static void Run<T>(Func<T> work, TaskCompletionSource<T> completion)
    {
        try
        {
            LowPriority.Take(Nicest);
            TorchThreads.Use(1);
            completion.SetResult(work());
        }
        catch (Exception e)
        {
            completion.SetException(e);
        }
    }
}

/// <summary>Work on a <see cref="LoaderThread"/> did not return in time, which is something else than work that throws a <see cref="TimeoutException"/>.</summary>
internal sealed class AbandonedException(string message) : Exception(message);
