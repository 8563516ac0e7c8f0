using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Packages;

/// <summary>A thread of its own for work that may never return.</summary>
public static class TrialThread
{
    /// <summary>How long a plugin may take to be loaded and to answer its canaries.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs work on a new background thread. After <paramref name="patience"/> it is abandoned; should it still return something, that is disposed.</summary>
    /// <exception cref="PackageRefusedException">It did not return in time.</exception>
    public static async Task<T> RunAsync<T>(string name, TimeSpan patience, Func<T> work, CancellationToken cancellation = default) where T : IDisposable
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Complete(completion, work)) { Name = name, IsBackground = true }.Start();
        try
        {
            return await completion.Task.WaitAsync(patience, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (!completion.Task.IsCompleted || (completion.Task.IsCompletedSuccessfully && e is TimeoutException or OperationCanceledException))
        {
            _ = DisposeAsync(completion.Task);
            if (e is TimeoutException) throw new PackageRefusedException(PackageFault.BrokenPlugin, $"The plugin did not return within {patience.TotalSeconds:0} seconds.", e);
            throw;
        }
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> work)
    {
        try
        {
            completion.SetResult(work());
        }
        catch (Exception e)
        {
            completion.SetException(e);
        }
    }

    private static async Task DisposeAsync<T>(Task<T> late) where T : IDisposable
    {
        try
        {
            (await late.ConfigureAwait(false)).Dispose();
        }
        catch (Exception)
        {
            // Nobody waits for it any more, and it left nothing behind.
        }
    }
}
