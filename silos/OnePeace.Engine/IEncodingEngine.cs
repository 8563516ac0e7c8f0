using OnePeace.Modalities;

namespace OnePeace.Engine;

/// <summary>Raw inputs in, vectors out: preprocessing on the thread pool, batching by cost, tensors on the device thread.</summary>
public interface IEncodingEngine
{
    /// <summary>Encodes all items of one request; result <c>i</c> belongs to item <c>i</c>.</summary>
    /// <exception cref="ItemRejectedException">An item is bad; it is named by its index and the request fails as a whole.</exception>
    /// <exception cref="EngineOverloadedException">The queue is full.</exception>
    /// <exception cref="TimeoutException">The deadline passed before the work was done.</exception>
    Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation);

    /// <summary>What this engine serves now.</summary>
    EngineDescription Describe();
}

/// <summary>The items of one request.</summary>
public sealed record EncodeWork(IReadOnlyList<EncodeItem> Items)
{
    /// <summary>Whose work this is: queues are fair between tenants.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>After this moment nobody waits for the answer any more.</summary>
    public DateTimeOffset? Deadline { get; init; }
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

/// <summary>What an engine serves.</summary>
public sealed record EngineDescription(string Model, string CoreHash, int Dimensions, string Device, string DataType, IReadOnlyList<ModalityDescription> Modalities);

/// <summary>A modality an engine serves.</summary>
public sealed record ModalityDescription(string Name, string Version, string State, string Hash, IReadOnlyList<string> MediaTypes);

/// <summary>One item of a request cannot be encoded.</summary>
public sealed class ItemRejectedException(int index, InputFault fault, string message) : Exception(message)
{
    /// <summary>The item's index in its request.</summary>
    public int Index { get; } = index;

    public InputFault Fault { get; } = fault;
}

/// <summary>The queue is full; nothing was started.</summary>
public sealed class EngineOverloadedException(TimeSpan retryAfter) : Exception("The engine's queue is full.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
