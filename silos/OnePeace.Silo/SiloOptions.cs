using OnePeace.Engine;
using OnePeace.Training.Budgets;

namespace OnePeace.Silo;

/// <summary>How a silo is set up. The defaults make a cluster of one, on loopback, on free ports.</summary>
public sealed record SiloOptions
{
    /// <summary>Loads what this silo serves; runs in the background while the silo already answers that it is loading.</summary>
    public required Func<IServiceProvider, CancellationToken, Task<IEncodingEngine>> LoadEngine { get; init; }

    /// <summary>Name of the operator's list in the data folder.</summary>
    public const string AllowListFile = "allowed-packages.json";

    /// <summary>Folder for what has to outlive the process: modality packages, training runs and what is known of them. Null forgets it when the process ends.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Folder of the data that training runs may use; null where nobody may train.</summary>
    public string? TrainingData { get; init; }

    /// <summary>What a training run may cost.</summary>
    public TrainingBudget TrainingBudget { get; init; } = new();

    /// <summary>Whether packages may serve that no operator allowed, as long as there is no allow-list.</summary>
    public bool TrustsPackages { get; init; }

    /// <summary>How old a package that no modality names must be at the start to be removed; zero where no other process takes uploads into the folder.</summary>
    public TimeSpan UploadGrace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Name of the core, in the keys of its grains.</summary>
    public string Core { get; init; } = "default";

    /// <summary>Port between silos; 0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for gateways in other processes; 0 for none.</summary>
    public int ClientPort { get; init; }

    public string ClusterId { get; init; } = "onepeace";

    public string ServiceId { get; init; } = "onepeace";

    /// <summary>The operator's list of packages that may serve; null where every package may, because none was ever listed and packages are trusted.</summary>
    internal string? AllowList(string data)
    {
        var list = Path.Combine(data, AllowListFile);
        return TrustsPackages && !File.Exists(list) ? null : list;
    }

    /// <summary>How long a stopping silo waits for requests inside the engine.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
