using OnePeace.Contracts.Runs;
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

    /// <summary>A message with an order's data by the names that the order has for them.</summary>
    /// <param name="data">Their path.</param>
    public static string Of(string message, RunOrder order, string data) => message
        .Replace(data + Path.DirectorySeparatorChar, order.Data.Length > 0 ? order.Data + "/" : "")
        .Replace(data, order.Data.Length > 0 ? order.Data : "the data");

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
