namespace OnePeace.Modalities.Testing;

/// <summary>A plugin does not hold to the contract; the message names the check, what was expected, what came, and what to do.</summary>
public sealed class ConformanceException(string message, Exception? inner = null) : Exception(message, inner);
