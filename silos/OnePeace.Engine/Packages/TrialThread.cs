using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Packages;

/// <summary>A thread of its own for plugin code that may never return.</summary>
public static class TrialThread
{
    /// <summary>How long a plugin may take to be loaded and to answer its canaries.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs work on a loader's thread. After <paramref name="patience"/> it is abandoned; should it still return something that can be disposed, it is.</summary>
    /// <exception cref="PackageRefusedException">It did not return in time.</exception>
    public static async Task<T> RunAsync<T>(string name, TimeSpan patience, Func<T> work, CancellationToken cancellation = default)
    {
        try
        {
            return await LoaderThread.RunAsync(name, work, patience, cancellation).ConfigureAwait(false);
        }
        catch (AbandonedException e)
        {
            throw new PackageRefusedException(PackageFault.BrokenPlugin, $"The plugin did not return within {patience.TotalSeconds:0} seconds.", e);
        }
    }
}
