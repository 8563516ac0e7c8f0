namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>FLAC, OGG and MP3 by libsndfile, in this process.</summary>
/// <param name="library">Name or path of the library.</param>
public sealed class SndFileDecoder(string library = "libsndfile.so.1") : IAudioDecoder
{
    private const int ContainerMask = 0x0FFF_0000;
    private const int Flac = 0x17_0000;
    private const int Ogg = 0x20_0000;
    private const int Mpeg = 0x23_0000;

    private readonly Lazy<SndFileLibrary?> _library = new(() => SndFileLibrary.Load(library));

    public bool Reads(ReadOnlySpan<byte> bytes) => bytes.StartsWith("fLaC"u8) || bytes.StartsWith("OggS"u8) || IsMp3(bytes);

    public ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!Reads(bytes.Span))
        {
            throw new InvalidInputException(InputFault.UnsupportedFormat,
                "The audio must be FLAC, OGG or MP3, but its first bytes are none of these: convert it to one of them.");
        }
        var sndfile = _library.Value ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "FLAC, OGG and MP3 need the library libsndfile on the server (Debian: apt install libsndfile1); WAV works without it.");
        if (IsMp3(bytes.Span) && !sndfile.ReadsMp3)
        {
            throw new InvalidInputException(InputFault.UnsupportedFormat,
                "MP3 needs libsndfile 1.1 or newer on the server, which has an older one: send FLAC, OGG or WAV.");
        }
        return ValueTask.FromResult(Decode(sndfile, bytes, limits, cancellation));
    }

    private static unsafe DecodedAudio Decode(
        SndFileLibrary sndfile, ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        using var pin = bytes.Pin();
        var file = new MemoryFile((byte*)pin.Pointer, bytes.Length);
        var callbacks = MemoryFile.ReadOnly;
        var sound = sndfile.Open(&callbacks, &file, out var info);
        if (sound == 0) throw Damaged();
        try
        {
            // Behind an ID3 tag the library would open any of its formats.
            if ((info.Format & ContainerMask) is not (Flac or Ogg or Mpeg)) throw Damaged();
            return ReadAll(sndfile, sound, info, limits, cancellation);
        }
        finally
        {
            sndfile.Close(sound);
        }
    }

    private static DecodedAudio ReadAll(
        SndFileLibrary sndfile, nint sound, SndFileLibrary.Info info, AudioLimits limits, CancellationToken cancellation)
    {
        var samples = new MonoSamples(info.Channels, info.SampleRateHz, limits);
        var isCounted = info.Frames != long.MaxValue;   // a streamed file does not say
        if (isCounted) samples.Expect(info.Frames);
        var chunk = new float[samples.ChunkLength];
        var total = 0L;
        for (long frames; (frames = sndfile.Read(sound, chunk, info.Channels)) > 0; total += frames)
        {
            cancellation.ThrowIfCancellationRequested();
            samples.Add(chunk.AsSpan(0, checked((int)frames * info.Channels)));
        }
        var isShort = isCounted && total < info.Frames && (info.Format & ContainerMask) == Flac;   // elsewhere the count is an estimate
        return isShort || sndfile.HasFailed(sound) ? throw Damaged() : samples.Finish();
    }

    /// <summary>An ID3 tag, or the frame header of MPEG layer III (ISO 11172-3, 2.4.1.3) with no reserved value.</summary>
    private static bool IsMp3(ReadOnlySpan<byte> bytes) => bytes.StartsWith("ID3"u8)
        || (bytes.Length >= 4 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0
            && (bytes[1] & 0x18) != 0x08 && (bytes[1] & 0x06) == 0x02
            && (bytes[2] & 0xF0) != 0xF0 && (bytes[2] & 0x0C) != 0x0C);

    private static InvalidInputException Damaged() => new(InputFault.Unusable,
        "The audio must be a whole FLAC, OGG or MP3 file, but it is damaged or truncated: export it again.");
}
