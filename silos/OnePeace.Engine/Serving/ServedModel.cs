using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Engine.Serving;

/// <summary>A core, the modalities around it, and everything an engine says about them. Owns them.</summary>
/// <param name="core">On its device, in its type.</param>
/// <param name="residency">Who brings modalities' weights to the device.</param>
/// <param name="files">What the weights are read from; closed at the end.</param>
internal sealed class ServedModel(TransformerCore core, DeviceResidency residency, IDisposable? files = null) : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public required string Name { get; init; }

    /// <summary>What users should know of this model, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>As <see cref="EngineDescription.Slowness"/>.</summary>
    public string? Slowness { get; init; }

    public required string CoreHash { get; init; }

    public required Device Device { get; init; }

    public required Precision Precision { get; init; }

    public TransformerCore Core => core;

    public DeviceResidency Residency => residency;

    public ModalityTable Modalities { get; } = new();

    public BatchEncoder Encoder => field ??= new(core, Device, Precision.Type);

    public EngineDescription Describe() => new(Name, CoreHash, core.Shape.Width, Device.ToString(), Precision.Name,
        [.. Modalities.Serving.Values.Select(Describe)])
    {
        Notice = Notice,
        Slowness = Slowness,
    };

    private static ModalityDescription Describe(ModalityVersion version) => new(version.Name, version.Identity.Version, "ready", version.Identity.Hash, version.Identity.MediaTypes)
    {
        IsOfModel = version.Identity.IsOfModel,
        IsResident = version.Seat.Module is not null,
        WeightBytes = version.Seat.Bytes,
    };

    /// <summary>Frees everything once nothing of it is in use any more. Whatever a plugin still holds by then goes when the plugin returns, and nobody waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        var versions = Modalities.Serving.Values.ToList();
        foreach (var version in versions)
        {
            Modalities.Remove(version);
            version.Retire();
        }
        var freeing = FreeAsync(versions.Select(version => version.Unloaded));
        if (await Task.WhenAny(freeing, Task.Delay(LongestWait)).ConfigureAwait(false) == freeing) await freeing.ConfigureAwait(false);
    }

    private async Task FreeAsync(IEnumerable<Task> unloaded)
    {
        await Task.WhenAll(unloaded).ConfigureAwait(false);
        core.Dispose();
        residency.Dispose();
        files?.Dispose();
    }
}
