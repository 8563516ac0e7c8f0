namespace OnePeace.Engine;

/// <summary>What an engine serves.</summary>
public sealed record EngineDescription(string Model, string CoreHash, int Dimensions, string Device, string DataType, IReadOnlyList<ModalityDescription> Modalities)
{
    /// <summary>What users should know of this model, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>What makes it slower than the machine could be, for the operator, or null.</summary>
    public string? Slowness { get; init; }

    /// <summary>As <see cref="EngineOptions.Deterministic"/>.</summary>
    public bool IsDeterministic { get; init; }

    /// <summary>How many batches are computed at once.</summary>
    public int Slots { get; init; }
}

/// <summary>A modality an engine serves.</summary>
public sealed record ModalityDescription(string Name, string Version, string State, string Hash, IReadOnlyList<string> MediaTypes)
{
    /// <summary>False for a package that was attached.</summary>
    public bool IsOfModel { get; init; } = true;

    /// <summary>Whether its weights are on the device now. They come back when they are asked for.</summary>
    public bool IsResident { get; init; } = true;

    /// <summary>What its weights take on the device.</summary>
    public long WeightBytes { get; init; }
}
