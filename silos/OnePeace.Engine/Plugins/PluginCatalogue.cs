using OnePeace.Modalities;

namespace OnePeace.Engine.Plugins;

/// <summary>The plugins of a folder, one sub-folder a modality; each is loaded when it is first asked for. Disposing unloads them.</summary>
public sealed class PluginCatalogue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _folders;
    private readonly Dictionary<string, LoadedPlugin> _loaded = new(StringComparer.Ordinal);

    /// <param name="folder">Where the plugins lie; a folder that does not exist holds none.</param>
    public PluginCatalogue(string folder)
    {
        Folder = folder;
        var folders = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        _folders = new(folders.ToDictionary(path => Path.GetFileName(path)), StringComparer.Ordinal);
    }

    /// <summary>The plugins beside the executable, in <c>modalities/NAME</c>.</summary>
    public static PluginCatalogue BesideExecutable() => new(Path.Combine(AppContext.BaseDirectory, "modalities"));

    public string Folder { get; }

    public IReadOnlyList<string> Names => [.. _folders.Keys];

    /// <exception cref="PluginLoadException">There is no such plugin, or it cannot be loaded.</exception>
    public IModality Get(string name) => Find(name).Modality;

    /// <inheritdoc cref="Get"/>
    public LoadedPlugin Find(string name)
    {
        lock (_gate)
        {
            if (_loaded.TryGetValue(name, out var loaded)) return loaded;
            if (!_folders.TryGetValue(name, out var folder))
                throw new PluginLoadException($"There is no plugin for the modality '{name}' in '{Folder}'; there are: {string.Join(", ", _folders.Keys)}.");
            return _loaded[name] = Load(name, folder);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var plugin in _loaded.Values) plugin.Dispose();
            _loaded.Clear();
        }
    }

    private static LoadedPlugin Load(string name, string folder)
    {
        var plugin = PluginLoader.Load(folder);
        if (plugin.Name == name) return plugin;
        plugin.Dispose();
        throw new PluginLoadException($"The plugin folder '{folder}' must be named after its modality, '{plugin.Name}'.");
    }
}
