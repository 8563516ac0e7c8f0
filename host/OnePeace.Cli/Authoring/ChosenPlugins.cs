using System.CommandLine;
using OnePeace.Engine.Plugins;

namespace OnePeace.Cli.Authoring;

/// <summary>The plugins beside this program, and over them those that <c>--plugin</c> names: published folders, or projects that are published first.</summary>
internal sealed class ChosenPlugins : IDisposable
{
    private const string Project = "*.csproj";

    private readonly List<PublishedPlugin> _published = [];
    private PluginCatalogue? _catalogue;

    private ChosenPlugins()
    {
    }

    public PluginCatalogue Catalogue => _catalogue ?? throw new ObjectDisposedException(nameof(ChosenPlugins));

    public static Option<string[]> Option() => new("--plugin")
    {
        Description = "A modality of your own, over those that ship: a published plugin's folder, or a project's, which is published first. May be given several times",
        HelpName = "DIR",
    };

    /// <exception cref="BadInputException">A folder is not there, or a project cannot be published.</exception>
    /// <exception cref="PluginLoadException">A folder holds no plugin.</exception>
    public static async Task<ChosenPlugins> OpenAsync(IEnumerable<string> folders, CancellationToken cancellation)
    {
        var chosen = new ChosenPlugins();
        try
        {
            foreach (var folder in folders)
                chosen._published.Add(IsProject(folder) ? await PublishedPlugin.OfAsync(folder, cancellation) : PublishedPlugin.At(folder));
            chosen._catalogue = new PluginCatalogue(PackagedModalities.Folder, chosen._published.Select(plugin => plugin.Folder));
            return chosen;
        }
        catch
        {
            chosen.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _catalogue?.Dispose();
        _catalogue = null;
        foreach (var plugin in _published) plugin.Dispose();
        _published.Clear();
    }

    private static bool IsProject(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, Project).Any();
}
