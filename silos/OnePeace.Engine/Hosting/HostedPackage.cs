using OnePeace.Engine.Plugins;

namespace OnePeace.Engine.Hosting;

/// <summary>A version that came from a package, and what is left of it. Guarded by its host.</summary>
internal sealed class HostedPackage(ModalityVersion version, LoadedPlugin plugin)
{
    private readonly VersionIdentity _identity = version.Identity;

    /// <summary>Null once it is unloaded.</summary>
    public ModalityVersion? Version { get; private set; } = version;

    /// <summary>Alive as long as something refers to the plugin's assemblies.</summary>
    public WeakReference Context { get; } = plugin.Context;

    public HostedState State { get; set; } = HostedState.Staged;

    public HostedVersion Describe() => new(_identity.Name, _identity.Version, _identity.Hash, State);

    public void Forget() => Version = null;
}
