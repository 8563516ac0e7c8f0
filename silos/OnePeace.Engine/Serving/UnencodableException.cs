namespace OnePeace.Engine.Serving;

/// <summary>The model cannot encode one job: it throws on it, or its vector is not finite.</summary>
internal sealed class UnencodableException(string message, Exception? inner = null) : Exception(message, inner);
