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
public sealed record AudioLimits(long MaxSamples = 58_000_000, int MaxSeconds = 30)
{
    private const int MaxChannels = 64, MinRateHz = 1_000, MaxRateHz = 768_000;

    /// <exception cref="InvalidInputException">Channels outside 1..64, or a rate outside 1,000..768,000.</exception>
    internal static void CheckFormat(long channels, long rateHz)
    {
        if (channels is < 1 or > MaxChannels || rateHz is < MinRateHz or > MaxRateHz)
            throw new InvalidInputException(InputFault.Unusable,
                $"The sound must have 1 to {MaxChannels} channels at {MinRateHz:N0} to {MaxRateHz:N0} Hz, but has {channels} at {rateHz:N0} Hz: resample it.");
    }

    /// <param name="samples">Over all channels; as many as are known of so far.</param>
    /// <exception cref="InvalidInputException">More than <see cref="MaxSamples"/>.</exception>
    internal void CheckSamples(long samples)
    {
        if (samples > MaxSamples)
            throw new InvalidInputException(InputFault.TooLarge,
                $"The sound may have at most {MaxSamples:N0} samples over all channels, but has {samples:N0} or more: shorten it.");
    }
}
