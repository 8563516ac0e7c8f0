namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>Decodes encoded sound. Implementations are thread-safe.</summary>
public interface IAudioDecoder
{
    /// <summary>Whether the first bytes are of a format this decoder reads.</summary>
    bool Reads(ReadOnlySpan<byte> bytes);

    /// <summary>Decodes all of it, within the limits.</summary>
    /// <exception cref="InvalidInputException">Not decodable, empty, or over a limit; also when a native library it needs is missing.</exception>
    ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation);
}

/// <summary>Decoded sound, already averaged over its channels.</summary>
/// <param name="Samples">Mono, nominally in [-1, 1].</param>
/// <param name="SampleRateHz">Samples a second.</param>
public sealed record DecodedAudio(float[] Samples, int SampleRateHz);

/// <summary>Bounds that hold before memory is spent.</summary>
/// <param name="MaxSamples">Decoded samples over all channels.</param>
/// <param name="MaxSeconds">Time an external decoder may take.</param>
public sealed record AudioLimits(long MaxSamples = 58_000_000, int MaxSeconds = 30);
