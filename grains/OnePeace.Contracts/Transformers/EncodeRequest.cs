namespace OnePeace.Contracts.Transformers;

/// <summary>The items of one request, to be encoded together or not at all.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.encode-request")]
public sealed record EncodeRequest
{
    [Id(0)] public required IReadOnlyList<RequestItem> Items { get; init; }

    /// <summary>Whose work this is: queues are fair between tenants.</summary>
    [Id(1)] public string Tenant { get; init; } = "default";

    /// <summary>After this moment nobody waits for the answer any more.</summary>
    [Id(2)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether the tenant lets its vectors be kept, to be given to itself again.</summary>
    [Id(3)] public bool KeepsResults { get; init; }
}

/// <summary>One item: one part, or several that become one vector.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.request-item")]
public sealed record RequestItem([property: Id(0)] IReadOnlyList<RequestPart> Parts, [property: Id(1)] PartFusion Fusion = PartFusion.Mean);

/// <summary>One raw input of one modality.</summary>
/// <param name="Modality">A registered modality's name.</param>
/// <param name="Bytes">Encoded media, or UTF-8 text; nobody writes to them once the request exists.</param>
/// <param name="MediaType">What the sender said it is, or null.</param>
[GenerateSerializer, Immutable, Alias("onepeace.request-part")]
public sealed record RequestPart(
    [property: Id(0)] string Modality,
    [property: Id(1)] ReadOnlyMemory<byte> Bytes,
    [property: Id(2)] string? MediaType = null);

/// <summary>How the parts of an item become one vector.</summary>
[GenerateSerializer, Alias("onepeace.part-fusion")]
public enum PartFusion
{
    /// <summary>Each part is encoded alone; the vectors are added and normalised.</summary>
    Mean,

    /// <summary>All parts share one sequence and attend to each other.</summary>
    Joint,
}
