using System.Reflection;
using System.Runtime.Loader;
using OnePeace.Modalities;
using TorchSharp;

namespace OnePeace.Engine.Plugins;

/// <summary>A plugin's own assemblies and native libraries; the contract, TorchSharp and the framework come from the host.</summary>
/// <remarks>Assemblies are read into memory, so that the plugin's files can be replaced while it runs and the context is collected after it.</remarks>
/// <param name="entry">The plugin's own assembly.</param>
/// <param name="place">Tells from where a native library of the plugin is opened; null opens it where it lies.</param>
internal sealed class PluginLoadContext(string entry, Func<string, string>? place) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(entry), isCollectible: true)
{
    private static readonly HashSet<string> Shared = [typeof(IModality).Assembly.GetName().Name!, typeof(torch).Assembly.GetName().Name!];
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private readonly AssemblyDependencyResolver _resolver = new(entry);

    public Assembly LoadEntry() => LoadIntoMemory(entry);

    /// <summary>Null leaves the assembly to the host.</summary>
    protected override Assembly? Load(AssemblyName name)
    {
        if (Shared.Contains(name.Name!) || File.Exists(Path.Combine(Framework, name.Name + ".dll"))) return null;
        return _resolver.ResolveAssemblyToPath(name) is { } path ? LoadIntoMemory(path) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string name) =>
        _resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(place?.Invoke(path) ?? path) : IntPtr.Zero;

    private Assembly LoadIntoMemory(string path)
    {
        using var assembly = new MemoryStream(File.ReadAllBytes(path));
        var symbols = Path.ChangeExtension(path, ".pdb");
        if (!File.Exists(symbols)) return LoadFromStream(assembly);
        using var debugging = new MemoryStream(File.ReadAllBytes(symbols));
        return LoadFromStream(assembly, debugging);
    }
}
