using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Serving;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine;

public sealed partial class EncodingEngine
{
    /// <summary>Loads a model on its device's thread and begins to serve it.</summary>
    /// <param name="path">An official checkpoint (<c>.pt</c>) or a model directory.</param>
    /// <param name="catalogue">Where the modalities' plugins come from; it outlives the engine.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="modalities">Which to load; the weights of others are not touched. Null for all.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no model.</exception>
    /// <exception cref="PluginLoadException">A modality has no plugin here.</exception>
    /// <exception cref="EngineUnavailableException">torch cannot be loaded.</exception>
    public static async Task<EncodingEngine> LoadAsync(string path, PluginCatalogue catalogue, EngineOptions? options = null, IReadOnlyCollection<string>? modalities = null)
    {
        options ??= new EngineOptions();
        await Task.Run(TorchRuntime.EnsureLoaded).ConfigureAwait(false);
        var threads = options.ResolveTorchThreads();
        var devices = Enumerable.Range(0, Math.Max(1, options.Slots)).Select(slot => new DeviceThread($"onepeace device {slot}", threads)).ToArray();
        try
        {
            var model = await devices[0].RunAsync(() => Load(path, catalogue, options, modalities)).ConfigureAwait(false);
            return new EncodingEngine(model, options, devices, TimeProvider.System);
        }
        catch
        {
            foreach (var device in devices) await device.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static ServedModel Load(string path, PluginCatalogue catalogue, EngineOptions options, IReadOnlyCollection<string>? modalities)
    {
        var device = options.ResolveDevice();
        var type = options.ResolveDataType(device);
        using var source = ModelSources.Open(path);
        var model = ModelLoader.Load(source, catalogue.Get, modalities, device, type);
        try
        {
            return new ServedModel(model, model.Modalities.Keys.Select(catalogue.Find)) { Name = source.Name, CoreHash = source.CoreHash, Device = device, DataType = type };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
