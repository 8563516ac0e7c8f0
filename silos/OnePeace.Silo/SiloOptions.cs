using OnePeace.Engine;

namespace OnePeace.Silo;

/// <summary>How a silo is set up. The defaults make a cluster of one, on loopback, on free ports.</summary>
public sealed record SiloOptions
{
    /// <summary>Loads what this silo serves; runs in the background while the silo already answers that it is loading.</summary>
    public required Func<IServiceProvider, CancellationToken, Task<IEncodingEngine>> LoadEngine { get; init; }

    /// <summary>Port between silos; 0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for gateways in other processes; 0 for none.</summary>
    public int ClientPort { get; init; }

    public string ClusterId { get; init; } = "onepeace";

    public string ServiceId { get; init; } = "onepeace";

    /// <summary>How long a stopping silo waits for requests inside the engine.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
