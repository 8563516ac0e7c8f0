namespace OnePeace.Files;

/// <summary>Content went on after the most bytes that the caller allows; nothing of it was kept.</summary>
public sealed class ContentTooLargeException(long maxBytes) : IOException($"Expected at most {maxBytes} bytes, but there are more; send less, or allow more.")
{
    public long MaxBytes { get; } = maxBytes;
}
