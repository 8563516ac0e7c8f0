using System.Globalization;

namespace OnePeace.Engine.Batching;

/// <summary>Bounds of a queue and of the batches taken from it. A token is the unit of cost.</summary>
public sealed record BatchLimits
{
    /// <summary>The most entries in one batch.</summary>
    public int MaxBatchItems { get; init; } = 64;

    /// <summary>The most tokens in one batch, padding included; a longer entry goes alone.</summary>
    public int MaxBatchTokens { get; init; } = 16_384;

    /// <summary>Tokens that one batch may always have, or half of them beside a quiet tenant: more of them are computed no faster on a processor, and on a GPU a batch of these takes no time.</summary>
    public int EfficientBatchTokens { get; init; } = 800;

    /// <summary>How long a batch above <see cref="EfficientBatchTokens"/> should take at most: whoever comes meanwhile waits for it.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What every batch costs besides its tokens, in tokens: reading the weights, above all. Less than that makes less padding, and more batches.</summary>
    public int BatchCostTokens { get; init; } = 6;

    /// <summary>The most entries that wait or are admitted to wait; twice that where tenants have less than their shares.</summary>
    public int MaxQueuedItems { get; init; } = 4_096;

    /// <summary>The most tokens that wait, or are expected of what is admitted; twice that where tenants have less than their shares.</summary>
    public long MaxQueuedTokens { get; init; } = 262_144;

    /// <summary>How long what is queued before a request may be expected to take; where it takes longer, the request is refused, whatever its own deadline, so that nobody waits for what comes too late.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many batches are computed at once: for estimates of how long the queue lasts.</summary>
    public int Consumers { get; init; } = 1;

    /// <summary>Reads <see cref="LongestWait"/>, in seconds; null is the default.</summary>
    /// <param name="seconds">Above 0, up to a day.</param>
    /// <param name="option">Its name, for the message.</param>
    /// <exception cref="FormatException">It is no such number.</exception>
    public static TimeSpan ParseWait(string? seconds, string option)
    {
        if (seconds is null) return new BatchLimits().LongestWait;
        if (double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= TimeSpan.SecondsPerDay) return TimeSpan.FromSeconds(number);
        throw new FormatException($"{option} must be seconds above 0, up to {TimeSpan.SecondsPerDay} (a day), but is '{seconds}'.");
    }
}
