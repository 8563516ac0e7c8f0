using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Modalities.Layers.Packing;
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
        var model = await LoadAsync(path, plugins, options, modalities).ConfigureAwait(false);
        var slots = DeviceSlots.For(options, model.Device, Environment.ProcessorCount);
        var devices = Enumerable.Range(0, slots.Count).Select(slot => new DeviceThread($"device slot {slot}", slots.TorchThreads)).ToArray();
        var engine = new EncodingEngine(model, options, devices, TimeProvider.System)
        {
            Packages = options.Packages is { } packages ? new PackageHost(model, new PackageStaging(model, options, packages)) : null,
            Core = !options.LeavesProcessorToTraining ? null : new ServingCore(path, model.Core, model.Device, plugins) { Thread = model.Device.type == TorchSharp.DeviceType.CUDA ? devices[0] : null },
        };
        if (!cancellation.IsCancellationRequested) return engine;
        await engine.DisposeAsync().ConfigureAwait(false);
        throw new OperationCanceledException(cancellation);
    }

    private static async Task<ServedModel> LoadAsync(string path, PluginCatalogue plugins, EngineOptions options, IReadOnlyCollection<string>? modalities)
    {
        var source = await Task.Run(() => ModelSources.Open(path)).ConfigureAwait(false);
        ServedModel? model = null;
        try
        {
            model = await LoaderThread.RunAsync("load core", () => LoadCore(source, options)).ConfigureAwait(false);
            var chosen = source.Choose(modalities);
            ModelRoom.Check(chosen, model.Precision.Type, options.Residency);
            foreach (var modality in chosen)
                model.Modalities.Serve(ModelModality.Create(modality, source, plugins.Find(modality.Name), model, options));
            foreach (var version in model.Modalities.Serving.Values)   // every one is loaded once, so that what does not fit is told now
                (await model.Residency.AcquireAsync([version.Seat], CancellationToken.None).ConfigureAwait(false)).Dispose();
            return model;
        }
        catch
        {
            if (model is null) source.Dispose();
            else await model.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static ServedModel LoadCore(ModelSource source, EngineOptions options)
    {
        var device = options.ResolveDevice();
        var precision = options.ResolvePrecision(device, source.Shape);
        var core = ModelLoader.LoadCore(source, device, precision.Type);
        core.Pack(keepsWeights: options.LeavesProcessorToTraining);   // which goes through the very same tensors
        return new ServedModel(core, new DeviceResidency(options.Residency, TimeProvider.System), source)
        {
            Name = source.Name,
            Notice = source.Notice,
            Slowness = options.Slowness(device, precision.Type, source.Shape),
            CoreHash = source.CoreHash,
            Device = device,
            Precision = precision,
        };
    }
}
