namespace OnePeace.Engine.Batching;

/// <summary>Bounds of a queue and of the batches taken from it. A token is the unit of cost.</summary>
public sealed record BatchLimits
{
    /// <summary>The most entries in one batch.</summary>
    public int MaxBatchItems { get; init; } = 64;

    /// <summary>The most tokens in one batch, padding included; a longer entry goes alone.</summary>
    public int MaxBatchTokens { get; init; } = 16_384;

    /// <summary>The most entries that wait or are admitted to wait.</summary>
    public int MaxQueuedItems { get; init; } = 4_096;

    /// <summary>The most tokens that wait, or are expected of what is admitted.</summary>
    public long MaxQueuedTokens { get; init; } = 262_144;

    /// <summary>How many batches are computed at once: for estimates of how long the queue lasts.</summary>
    public int Consumers { get; init; } = 1;
}
