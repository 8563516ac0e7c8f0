using OnePeace.Modalities;

namespace OnePeace.Engine;

/// <summary>One item of a request cannot be encoded.</summary>
public sealed class ItemRejectedException(int index, InputFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The item's index in its request.</summary>
    public int Index { get; } = index;

    public InputFault Fault { get; } = fault;
}

/// <summary>A part is of a modality that is not served.</summary>
public sealed class UnknownModalityException(string name, IReadOnlyList<string> known)
    : Exception($"There is no modality '{name}'; there are: {string.Join(", ", known)}.")
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Known { get; } = known;
}

/// <summary>The queue, or a modality, takes no more now; nothing was started.</summary>
public sealed class EngineOverloadedException(TimeSpan retryAfter, string message = "As much waits as the queue holds.") : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>The engine serves no more: its device has failed, or it is closed.</summary>
public sealed class EngineUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
