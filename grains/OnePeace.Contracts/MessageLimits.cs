namespace OnePeace.Contracts;

/// <summary>Bounds of what crosses a grain boundary. Beyond them Orleans drops the connection, so callers check first.</summary>
public static class MessageLimits
{
    /// <summary>Raw input bytes of one request.</summary>
    public const long RequestBytes = 64L << 20;

    /// <summary>A whole message: inputs, names and the envelope.</summary>
    public const int MessageBytes = 72 << 20;

    /// <summary>An encode call is given up after this time, whatever its deadline says.</summary>
    public const string LongestEncode = "00:10:00";
}
