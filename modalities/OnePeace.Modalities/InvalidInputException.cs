namespace OnePeace.Modalities;

/// <summary>What is wrong with an input, in the terms of HTTP.</summary>
public enum InputFault
{
    /// <summary>400: not in the form it must have (not base64, not UTF-8).</summary>
    Malformed,

    /// <summary>413: larger than the limit.</summary>
    TooLarge,

    /// <summary>415: a format that no decoder here reads.</summary>
    UnsupportedFormat,

    /// <summary>422: well-formed, but decodes to nothing usable (truncated, empty, not finite).</summary>
    Unusable,
}

/// <summary>An input that cannot be encoded. The message goes to the sender: what was expected, what came, what to do; never a path or a decoder's raw text.</summary>
public sealed class InvalidInputException(InputFault fault, string message) : Exception(message)
{
    public InputFault Fault { get; } = fault;

    /// <summary>A time limit of the modality's own was over, which a busy machine may be to blame for: training tries again and never takes the input for bad.</summary>
    public bool TookTooLong { get; init; }
}
