using OnePeace.Engine.Devices;
using OnePeace.Engine.Plugins;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Engine;

/// <summary>What a training run may share with an engine that serves. Nobody writes to the core, and it is the engine's: a run ends before the engine does.</summary>
/// <param name="ModelPath">The model that serves, as it is stored.</param>
/// <param name="Plugins">Where its modalities' plugins are found.</param>
public sealed record ServingCore(string ModelPath, TransformerCore Core, Device Device, PluginCatalogue Plugins)
{
    /// <summary>The thread that training takes turns with serving on; null where each may have its own, because the core is only read.</summary>
    public DeviceThread? Thread { get; init; }
}
