using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;

namespace OnePeace.Engine.Hosting;

/// <summary>What one staging has brought into memory so far. Whoever works with it holds it; the last one to let go frees it, unless it was kept.</summary>
/// <remarks>So nothing is taken from under plugin code that nobody waits for any more: it is freed when that returns, and stays where it never does.</remarks>
internal sealed class StagedPieces(ModalityPackage package)
{
    private int _holders = 1;   // the staging itself
    private bool _kept;

    public ModalityPackage Package => package;

    public LoadedPlugin? Plugin { get; set; }

    public ModalityVersion? Version { get; set; }

    /// <summary>Keeps the version's weights where they are.</summary>
    public Residents? Residents { get; set; }

    /// <summary>Work that holds everything from now on until it returns.</summary>
    public Func<bool> Holding(Action work)
    {
        Interlocked.Increment(ref _holders);
        return () =>
        {
            try
            {
                work();
                return true;
            }
            finally
            {
                LetGo();
            }
        };
    }

    /// <summary>For whom the version serves from now on.</summary>
    public HostedPackage Keep()
    {
        _kept = true;
        return new HostedPackage(Version!, Plugin!);
    }

    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        Residents?.Dispose();
        if (_kept) return;
        if (Version is not null) Version.Retire();
        else Unload(package, Plugin);
    }

    public static void Unload(ModalityPackage package, LoadedPlugin? plugin)
    {
        package.Dispose();
        plugin?.Dispose();
    }
}
