namespace OnePeace.Contracts.Transformers;

/// <summary>What a replica serves. Until it has loaded, only <see cref="State"/> says something.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.transformer-description")]
public sealed record TransformerDescription
{
    [Id(0)] public required TransformerState State { get; init; }

    /// <summary>The model's name, as in <c>/v1/models</c>.</summary>
    [Id(1)] public string Model { get; init; } = "";

    [Id(2)] public string CoreHash { get; init; } = "";

    /// <summary>Length of an embedding.</summary>
    [Id(3)] public int Dimensions { get; init; }

    [Id(4)] public string Device { get; init; } = "";

    [Id(5)] public string DataType { get; init; } = "";

    /// <summary>What users of this model have to know, or null.</summary>
    [Id(6)] public string? Notice { get; init; }

    /// <summary>When it began to serve.</summary>
    [Id(7)] public DateTimeOffset Since { get; init; }

    [Id(8)] public IReadOnlyList<ModalityState> Modalities { get; init; } = [];

    /// <summary>Whether a vector is the same to the bit whatever else is asked for.</summary>
    [Id(9)] public bool IsDeterministic { get; init; }

    /// <summary>How many batches a replica computes at once.</summary>
    [Id(10)] public int Slots { get; init; }
}

/// <summary>A modality of a replica.</summary>
/// <param name="State"><c>ready</c>, or where in its life it stands.</param>
[GenerateSerializer, Immutable, Alias("onepeace.modality-state")]
public sealed record ModalityState(
    [property: Id(0)] string Name,
    [property: Id(1)] string Version,
    [property: Id(2)] string State,
    [property: Id(3)] string Hash,
    [property: Id(4)] IReadOnlyList<string> MediaTypes)
{
    /// <summary>False for a package that was attached.</summary>
    [Id(5)] public bool IsOfModel { get; init; } = true;

    /// <summary>Whether its weights are on the device now.</summary>
    [Id(6)] public bool IsResident { get; init; } = true;

    /// <summary>What its weights take on the device.</summary>
    [Id(7)] public long WeightBytes { get; init; }
}

/// <summary>Where in its life a replica stands.</summary>
[GenerateSerializer, Alias("onepeace.transformer-state")]
public enum TransformerState
{
    Loading,
    Ready,
    Draining,
    Failed,
}
