using OnePeace.Modalities;

namespace OnePeace.Engine.Plugins;

/// <summary>The plugins of a folder, one sub-folder a modality, each loaded when it is first asked for; and single ones that go before them. Disposing unloads them.</summary>
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

    /// <param name="folder">As for the other constructor.</param>
    /// <param name="plugins">Folders of one plugin each, loaded at once; they go before those of <paramref name="folder"/>.</param>
    /// <exception cref="PluginLoadException">One holds no plugin, or two hold the same modality.</exception>
    public PluginCatalogue(string folder, IEnumerable<string> plugins) : this(folder)
    {
        try
        {
            foreach (var single in plugins) Add(single);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The plugins beside the executable, in <c>modalities/NAME</c>.</summary>
    public static PluginCatalogue BesideExecutable() => new(Path.Combine(AppContext.BaseDirectory, "modalities"));

    public string Folder { get; }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate) return [.. _folders.Keys.Union(_loaded.Keys).Order(StringComparer.Ordinal)];
        }
    }

    /// <exception cref="PluginLoadException">There is no such plugin, or it cannot be loaded.</exception>
    public IModality Get(string name) => Find(name).Modality;

    /// <inheritdoc cref="Get"/>
    public LoadedPlugin Find(string name)
    {
        lock (_gate)
        {
            if (_loaded.TryGetValue(name, out var loaded)) return loaded;
            if (!_folders.TryGetValue(name, out var folder))
                throw new PluginLoadException($"There is no plugin for the modality '{name}' in '{Folder}'; there are: {string.Join(", ", Names)}.");
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

    private void Add(string folder)
    {
        var plugin = PluginLoader.Load(folder);
        if (_loaded.TryAdd(plugin.Name, plugin)) return;
        plugin.Dispose();
        throw new PluginLoadException($"The plugin folder '{folder}' holds the modality '{plugin.Name}', but so does one before it: name one of them.");
    }

    private static LoadedPlugin Load(string name, string folder)
    {
        var plugin = PluginLoader.Load(folder);
        if (plugin.Name == name) return plugin;
        plugin.Dispose();
        throw new PluginLoadException($"The plugin folder '{folder}' must be named after its modality, '{plugin.Name}'.");
    }
}
