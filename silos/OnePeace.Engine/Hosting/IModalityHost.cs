namespace OnePeace.Engine.Hosting;

/// <summary>Takes modality packages in and out of a serving engine. Versions stand side by side; each step can be repeated safely.</summary>
public interface IModalityHost
{
    /// <summary>Checks a package, loads its plugin and answers its canaries, beside everything that serves: no request sees it yet.</summary>
    /// <param name="hash">SHA-256 of the package, which lies in the store.</param>
    /// <param name="cancellation">Gives up; what was loaded is unloaded again.</param>
    /// <exception cref="PackageRefusedException">Why it may or can not serve.</exception>
    Task StageAsync(string hash, CancellationToken cancellation);

    /// <summary>From now on requests go to this staged version; the one that served before finishes its last requests and is unloaded.</summary>
    /// <exception cref="KeyNotFoundException">No staged or serving version has this hash.</exception>
    void Activate(string hash);

    /// <summary>No request goes to this version any more; after its last one it is unloaded. Does nothing where it is not here.</summary>
    void Withdraw(string hash);

    /// <summary>Every version that came from a package and still has something in memory.</summary>
    IReadOnlyList<HostedVersion> Versions { get; }
}

/// <summary>A version inside an engine.</summary>
/// <param name="Hash">SHA-256 of its package.</param>
public sealed record HostedVersion(string Name, string Version, string Hash, HostedState State);

/// <summary>Where in an engine a version stands. One that is collected is no longer listed.</summary>
public enum HostedState
{
    /// <summary>Its canaries are answered; it may be activated.</summary>
    Staged,

    /// <summary>Requests go to it.</summary>
    Ready,

    /// <summary>Its last requests are under way.</summary>
    Draining,

    /// <summary>Unloaded, but something still refers to its assemblies; or a request of it has not ended for minutes.</summary>
    Leaked,
}

/// <summary>A package that may not, or can not, serve here. The message goes to whoever sent it: what was expected, what came, what to do.</summary>
public sealed class PackageRefusedException(PackageFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public PackageFault Fault { get; } = fault;
}

/// <summary>Why a package was refused.</summary>
public enum PackageFault
{
    /// <summary>It is no package, or not whole: zip, names, hashes, manifest.</summary>
    Damaged,

    /// <summary>The operator did not allow it.</summary>
    NotAllowed,

    /// <summary>It was made for another core or another contract.</summary>
    WrongCore,

    /// <summary>Its plugin cannot be loaded, throws, or does not return.</summary>
    BrokenPlugin,

    /// <summary>Its weights are missing, of another shape, or not finite.</summary>
    BrokenWeights,

    /// <summary>A canary was answered otherwise than recorded.</summary>
    CanaryFailed,

    /// <summary>Its name is one of the model's own modalities.</summary>
    NameTaken,

    /// <summary>It does not fit into the memory budget, or the host cannot take another one now.</summary>
    NoRoom,
}
