namespace OnePeace.Contracts.Transformers;

/// <summary>Why a request was not encoded. The message is meant for the sender.</summary>
[GenerateSerializer, Immutable, Alias("onepeace.encode-fault")]
public sealed record EncodeFault([property: Id(0)] FaultKind Kind, [property: Id(1)] string Message)
{
    /// <summary>Index of the item that is to blame, or null.</summary>
    [Id(2)] public int? Item { get; init; }

    /// <summary>When it is worth trying again, or null where it is not.</summary>
    [Id(3)] public TimeSpan? RetryAfter { get; init; }
}

/// <summary>What kind of thing went wrong; the gateway gives each its HTTP status.</summary>
[GenerateSerializer, Alias("onepeace.fault-kind")]
public enum FaultKind
{
    /// <summary>Nobody foresaw this one: the details are in the silo's log.</summary>
    Internal,

    /// <summary>An input is not in the form it must have.</summary>
    Malformed,

    /// <summary>No modality of that name is attached.</summary>
    UnknownModality,

    /// <summary>An input is larger than its modality takes.</summary>
    TooLarge,

    /// <summary>No decoder here reads the input's format.</summary>
    UnsupportedFormat,

    /// <summary>An input decodes to nothing usable.</summary>
    Unusable,

    /// <summary>The engine is loading, draining or failed to load.</summary>
    NotReady,

    /// <summary>The queue is full; nothing was started.</summary>
    Overloaded,

    /// <summary>The deadline passed before the work was done.</summary>
    TimedOut,

    /// <summary>The caller left.</summary>
    Cancelled,
}
