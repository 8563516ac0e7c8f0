namespace OnePeace.Engine;

/// <summary>The items of one request.</summary>
public sealed record EncodeWork(IReadOnlyList<EncodeItem> Items)
{
    /// <summary>Whose work this is: queues are fair between tenants.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>After this moment nobody waits for the answer any more.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether the tenant lets its vectors be kept, to be given to itself again: they tell what was asked for. By default not.</summary>
    public bool KeepsResults { get; init; }
}

/// <summary>One item: one part, or several to be fused into one vector.</summary>
public sealed record EncodeItem(IReadOnlyList<EncodePart> Parts, Fusion Fusion = Fusion.Mean);

/// <summary>One raw input of one modality.</summary>
public sealed record EncodePart(string Modality, ReadOnlyMemory<byte> Bytes, string? MediaType = null);

/// <summary>How the parts of an item become one vector.</summary>
public enum Fusion
{
    /// <summary>Each part is encoded alone; the vectors are added and normalised.</summary>
    Mean,

    /// <summary>All parts share one sequence and attend to each other.</summary>
    Joint,
}

/// <summary>An item's unit vector, and how many tokens it cost.</summary>
public sealed record Embedding(float[] Vector, int Tokens);
