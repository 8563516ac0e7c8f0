using System.Reflection;
using OnePeace.Modalities;

namespace OnePeace.Engine.Plugins;

/// <summary>A modality and the load context it lives in. After disposal the context is collected once nothing refers to the modality any more.</summary>
public sealed class LoadedPlugin : IDisposable
{
    private PluginLoadContext? _context;
    private IModality? _modality;

    internal LoadedPlugin(PluginLoadContext context, IModality modality, string hash)
    {
        _context = context;
        _modality = modality;
        Context = new WeakReference(context, trackResurrection: true);
        Name = modality.Name;
        Hash = hash;
        var assembly = modality.GetType().Assembly;
        Version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "0.0.0";
    }

    /// <exception cref="ObjectDisposedException">The plugin is unloaded.</exception>
    public IModality Modality => _modality ?? throw new ObjectDisposedException(Name);

    public string Name { get; }

    /// <summary>Alive as long as something refers to the plugin's assemblies.</summary>
    internal WeakReference Context { get; }

    /// <summary>SHA-256 over names and contents of the plugin's files, in lower-case hexadecimal.</summary>
    public string Hash { get; }

    public string Version { get; }

    public void Dispose()
    {
        _modality = null;
        Interlocked.Exchange(ref _context, null)?.Unload();
    }
}
