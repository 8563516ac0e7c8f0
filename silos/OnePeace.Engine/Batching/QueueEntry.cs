namespace OnePeace.Engine.Batching;

/// <summary>What waits in a <see cref="BatchQueue{T}"/>.</summary>
/// <param name="value">What the batch is made of.</param>
/// <param name="tenant">Whose it is.</param>
/// <param name="lane">Only entries of one lane share a batch.</param>
/// <param name="tokens">Its cost.</param>
/// <param name="deadline">It is dropped from this moment on.</param>
public sealed class QueueEntry<T>(T value, string tenant, string lane, int tokens, DateTimeOffset deadline)
{
    public T Value { get; } = value;

    public string Tenant { get; } = tenant;

    public string Lane { get; } = lane;

    public int Tokens { get; } = Math.Max(1, tokens);

    /// <summary>Tokens of each part that is padded by itself, as many and in the same order as of every entry of its lane; together <see cref="Tokens"/>.</summary>
    public IReadOnlyList<int> Parts { get; init; } = [Math.Max(1, tokens)];

    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>When it was queued (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long QueuedAt { get; internal set; }

    /// <summary>The smaller, the sooner it goes among its tenant's. None is twice the same.</summary>
    internal (DateTimeOffset Due, long Number) Turn { get; set; }

    internal bool IsQueued { get; set; }
}

/// <summary>What <see cref="BatchQueue{T}.Take"/> found.</summary>
/// <param name="Entries">The batch; empty when nothing waits.</param>
/// <param name="Expired">Entries whose deadline had passed; they are gone.</param>
public sealed record TakenBatch<T>(IReadOnlyList<QueueEntry<T>> Entries, IReadOnlyList<QueueEntry<T>> Expired)
{
    /// <summary>What the entries cost without padding.</summary>
    public long Tokens { get; } = Entries.Sum(e => (long)e.Tokens);

    /// <summary>Tokens that are computed for nothing: every part of an entry is padded to the longest of its batch.</summary>
    public long Padding => Entries.Count == 0 ? 0 : (Entries.Count * Enumerable.Range(0, Entries[0].Parts.Count).Sum(part => (long)Entries.Max(e => e.Parts[part]))) - Tokens;
}
