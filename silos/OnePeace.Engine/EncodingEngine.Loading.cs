using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Serving;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Engine;

public sealed partial class EncodingEngine
{
    /// <summary>Loads a model directory or an official checkpoint and begins to serve it.</summary>
    /// <param name="path">Where the model lies.</param>
    /// <param name="plugins">Where its modalities' plugins are found; stays the caller's.</param>
    /// <param name="options">How to run.</param>
    /// <param name="modalities">Which to serve; the others' weights are not touched. Null for all.</param>
    /// <param name="cancellation">Stops waiting; a load that has begun is finished and thrown away.</param>
    /// <exception cref="InvalidDataException">The model is damaged, or no model.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="PluginLoadException">A modality's plugin is missing or cannot be loaded.</exception>
    /// <exception cref="EngineUnavailableException">torch cannot be loaded.</exception>
    public static async Task<EncodingEngine> LoadAsync(string path, PluginCatalogue plugins, EngineOptions options,
        IReadOnlyCollection<string>? modalities = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        await Task.Run(TorchRuntime.EnsureLoaded, cancellation).ConfigureAwait(false);
        var devices = Enumerable.Range(0, Math.Max(1, options.Slots))
            .Select(slot => new DeviceThread($"device slot {slot}", options.ResolveTorchThreads())).ToArray();
        try
        {
            var model = await devices[0].RunAsync(() => Load(path, plugins, options, modalities)).ConfigureAwait(false);
            var engine = new EncodingEngine(model, options, devices, TimeProvider.System);
            if (!cancellation.IsCancellationRequested) return engine;
            await engine.DisposeAsync().ConfigureAwait(false);
            throw new OperationCanceledException(cancellation);
        }
        catch
        {
            foreach (var device in devices) await device.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static ServedModel Load(string path, PluginCatalogue plugins, EngineOptions options, IReadOnlyCollection<string>? modalities)
    {
        using var source = ModelSources.Open(path);
        var device = options.ResolveDevice();
        var type = options.ResolveDataType(device);
        var model = ModelLoader.Load(source, plugins.Get, modalities, device, type);
        try
        {
            CheckEmbeds(model, source.Name);
            return new ServedModel(model, model.Modalities.Keys.Select(plugins.Find))
            {
                Name = source.Name,
                Notice = source.Notice,
                CoreHash = source.CoreHash,
                Device = device,
                DataType = type,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void CheckEmbeds(OnePeaceModel model, string name)
    {
        foreach (var modality in model.Modalities.Values.Where(m => !m.WeightShapes().ContainsKey("projection.weight")))
            throw new InvalidDataException($"The model '{name}' makes no embeddings of the modality '{modality.Name}': it has no projection. Use a retrieval or pretraining model.");
    }
}
