using System.Reflection;
using OnePeace.Modalities;

namespace OnePeace.Engine.Plugins;

/// <summary>A modality and the load context it lives in. After disposal the context is collected once nothing refers to the modality any more.</summary>
public sealed class LoadedPlugin : IDisposable
{
    private PluginLoadContext? _context;

    internal LoadedPlugin(PluginLoadContext context, IModality modality, string hash)
    {
        _context = context;
        Modality = modality;
        Hash = hash;
        var assembly = modality.GetType().Assembly;
        Version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "0.0.0";
    }

    public IModality Modality { get; }

    public string Name => Modality.Name;

    /// <summary>SHA-256 over names and contents of the plugin's files, in lower-case hexadecimal.</summary>
    public string Hash { get; }

    public string Version { get; }

    public void Dispose() => Interlocked.Exchange(ref _context, null)?.Unload();
}
