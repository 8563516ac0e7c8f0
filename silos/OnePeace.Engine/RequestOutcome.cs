namespace OnePeace.Engine;

/// <summary>How a request ended.</summary>
internal enum RequestOutcome
{
    Encoded,
    Rejected,
    Overloaded,
    Timeout,
    Cancelled,
    Failed,
}

/// <summary>Why an input that waited was not computed.</summary>
internal enum DropReason
{
    Cancelled,
    Deadline,
}
