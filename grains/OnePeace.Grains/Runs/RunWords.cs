using OnePeace.Engine;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;

namespace OnePeace.Grains.Runs;

/// <summary>What went wrong around the engine that serves, in words that tell no path of this machine.</summary>
internal static class RunWords
{
    /// <summary>A message without the engine's folders.</summary>
    public static string Of(string message, ServingCore serving) => message
        .Replace(Path.GetFullPath(serving.ModelPath), "the served model")
        .Replace(serving.ModelPath, "the served model")
        .Replace(serving.Plugins.Folder, "the server's plugins");

    /// <exception cref="InvalidDataException">There is none that works.</exception>
    public static IModality Plugin(ServingCore serving, string name)
    {
        try
        {
            return serving.Plugins.Get(name);
        }
        catch (PluginLoadException e)
        {
            throw new InvalidDataException(NoPlugin(name), e);
        }
    }

    public static string NoPlugin(string name) => $"This server has no plugin for the modality '{name}', or one that cannot be loaded; its log says more.";
}
