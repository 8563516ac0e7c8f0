namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>FLAC, OGG (Vorbis, Opus) and MP3 in process, through libsndfile where it is installed.</summary>
/// <param name="library">The library's file name; looked for when the first sound comes.</param>
public sealed class SndFileDecoder(string library = "libsndfile.so.1") : IAudioDecoder
{
    private const int ChunkFrames = 16_384, MaxChannels = 64, MinRateHz = 100, MaxRateHz = 768_000;

    private readonly Lazy<SndFile?> _library = new(() => SndFile.Load(library));

    public bool Reads(ReadOnlySpan<byte> bytes) => bytes.StartsWith("fLaC"u8) || bytes.StartsWith("OggS"u8) || IsMp3(bytes);

    public ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        var native = _library.Value ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "FLAC, OGG and MP3 need libsndfile on the server, which is not installed (Debian: apt install libsndfile1). WAV works without it.");
        return ValueTask.FromResult(Decode(native, bytes, limits, cancellation));
    }

    private static unsafe DecodedAudio Decode(SndFile native, ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        using var pinned = bytes.Pin();
        var cursor = new SndFile.MemoryCursor { Bytes = (byte*)pinned.Pointer, Length = bytes.Length };
        var sound = native.Open(&cursor, out var info);
        if (sound == 0)
            throw new InvalidInputException(InputFault.Unusable, "The sound cannot be decoded: it is damaged, or an encoding that the server's libsndfile does not read (MP3 needs version 1.1).");
        try
        {
            return ReadAll(native, sound, info, limits, cancellation);
        }
        finally
        {
            native.Close(sound);
        }
    }

    private static DecodedAudio ReadAll(SndFile native, nint sound, SndFile.SoundInfo info, AudioLimits limits, CancellationToken cancellation)
    {
        if (info.Channels is < 1 or > MaxChannels || info.SampleRateHz is < MinRateHz or > MaxRateHz)
            throw new InvalidInputException(InputFault.Unusable, $"The sound cannot be decoded: it claims {info.Channels} channels and {info.SampleRateHz:N0} samples a second.");
        var mono = new List<float>();
        var chunk = new float[ChunkFrames * info.Channels];
        while (native.ReadFrames(sound, chunk, info.Channels) is > 0 and var frames)
        {
            cancellation.ThrowIfCancellationRequested();
            if ((mono.Count + frames) * info.Channels > limits.MaxSamples)
                throw new InvalidInputException(InputFault.TooLarge, $"The sound may have at most {limits.MaxSamples:N0} samples over all channels, but has more: shorten it.");
            mono.AddRange(MonoMix.Mix(chunk[..(int)(frames * info.Channels)], info.Channels));
        }
        return mono.Count > 0
            ? new DecodedAudio([.. mono], info.SampleRateHz)
            : throw new InvalidInputException(InputFault.Unusable, "The sound has no samples that can be decoded: it is empty or damaged.");
    }

    /// <summary>An ID3 tag, or a frame header of MPEG audio layer III.</summary>
    private static bool IsMp3(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("ID3"u8)
        || (bytes.Length >= 4 && bytes[0] == 0xFF && (bytes[1] & 0xE6) == 0xE2 && (bytes[1] & 0x18) != 0x08 && (bytes[2] & 0xF0) != 0xF0 && (bytes[2] & 0x0C) != 0x0C);
}
