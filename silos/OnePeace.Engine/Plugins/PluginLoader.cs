using System.Reflection;
using System.Text.RegularExpressions;
using OnePeace.Modalities;

namespace OnePeace.Engine.Plugins;

/// <summary>Loads a modality's plugin from its folder: one assembly with a <c>.deps.json</c>, and in it one public <see cref="IModality"/>.</summary>
public static partial class PluginLoader
{
    private const string Dependencies = ".deps.json";

    /// <exception cref="PluginLoadException">The folder holds no plugin, or one that does not fit this host.</exception>
    public static LoadedPlugin Load(string folder)
    {
        var entry = FindEntry(folder);
        return Load(folder, entry, entry, place: null);
    }

    /// <summary>Loads the plugin of a package; messages name its assembly, but no folder.</summary>
    /// <param name="folder">Where the plugin's files lie.</param>
    /// <param name="assembly">The file of them that is the plugin's own assembly.</param>
    /// <param name="place">Tells from where a native library among them is opened.</param>
    /// <exception cref="PluginLoadException">It cannot be loaded, or does not fit this host.</exception>
    internal static LoadedPlugin Load(string folder, string assembly, Func<string, string> place) => Load(folder, Path.Combine(folder, assembly), assembly, place);

    private static LoadedPlugin Load(string folder, string entry, string shown, Func<string, string>? place)
    {
        PluginLoadContext? context = null;
        try
        {
            context = new PluginLoadContext(entry, place);
            var modality = Create(FindModality(context.LoadEntry()), shown);
            if (!ValidName().IsMatch(modality.Name))
                throw new PluginLoadException($"The plugin '{shown}' names its modality '{modality.Name}'; a name is lower-case letters, digits and '_', starting with a letter.");
            return new LoadedPlugin(context, modality, PluginHash.Compute(folder));
        }
        catch (Exception e)
        {
            context?.Unload();
            if (e is PluginLoadException) throw;
            throw new PluginLoadException($"The plugin '{shown}' cannot be loaded: {e.Message}", e);
        }
    }

    /// <summary>Loads a package's plugin, and checks that it is what the manifest says.</summary>
    /// <inheritdoc cref="Load(string)" path="/exception"/>
    public static LoadedPlugin Load(string folder, ModalityManifest manifest)
    {
        var plugin = Load(folder);
        var expected = Path.GetFileNameWithoutExtension(manifest.Assembly);
        var actual = plugin.Modality.GetType().Assembly.GetName().Name;
        var fault = (plugin.Name, actual) switch
        {
            var (name, _) when name != manifest.Name => $"The plugin names its modality '{name}', but the manifest '{manifest.Name}'.",
            var (_, assembly) when assembly != expected => $"The plugin's assembly is '{assembly}', but the manifest names '{expected}'.",
            _ when !plugin.Modality.MediaTypes.SequenceEqual(manifest.MediaTypes) => "The plugin's media types are not the manifest's.",
            _ => null,
        };
        if (fault is null) return plugin;
        plugin.Dispose();
        throw new PluginLoadException($"{fault} Pack it again.");
    }

    private static string FindEntry(string folder)
    {
        if (!Directory.Exists(folder)) throw new PluginLoadException($"There is no plugin folder '{folder}'.");
        var descriptions = Directory.GetFiles(folder, "*" + Dependencies);
        if (descriptions.Length != 1)
            throw new PluginLoadException($"The plugin folder '{folder}' must hold one *{Dependencies}, but holds {descriptions.Length}: publish the plugin with EnableDynamicLoading, one plugin a folder.");
        var entry = descriptions[0][..^Dependencies.Length] + ".dll";
        return File.Exists(entry) ? entry : throw new PluginLoadException($"The plugin folder '{folder}' holds '{Path.GetFileName(descriptions[0])}' but not '{Path.GetFileName(entry)}'.");
    }

    private static Type FindModality(Assembly assembly)
    {
        var types = assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IModality))).ToArray();
        return types.Length == 1
            ? types[0]
            : throw new PluginLoadException($"The assembly '{assembly.GetName().Name}' must have one public class that implements {nameof(IModality)}, but has {types.Length}"
                + (types.Length == 0 ? "." : $": {string.Join(", ", types.Select(t => t.Name))}."));
    }

    private static IModality Create(Type type, string entry)
    {
        if (type.GetConstructor(Type.EmptyTypes) is null)
            throw new PluginLoadException($"The class {type.FullName} of the plugin '{entry}' needs a public constructor without parameters.");
        return (IModality)Activator.CreateInstance(type)!;
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
