using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>RIFF/WAVE with PCM of 8 to 32 bits or IEEE floats; needs nothing installed.</summary>
/// <remarks>Layout: Multimedia Programming Interface and Data Specifications 1.0 and its WAVE_FORMAT_EXTENSIBLE supplement.</remarks>
public sealed class WavDecoder : IAudioDecoder
{
    private const ushort Pcm = 1, Float = 3, Extensible = 0xFFFE;

    public bool Reads(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WAVE"u8);

    public ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation) =>
        ValueTask.FromResult(Decode(bytes.Span, limits));

    private static DecodedAudio Decode(ReadOnlySpan<byte> bytes, AudioLimits limits)
    {
        var (format, range) = FindChunks(bytes);
        var data = bytes[range];
        var count = data.Length / (format.BitsPerSample / 8);
        limits.CheckSamples(count);
        var samples = new float[count - (count % format.Channels)];
        Convert(data, format, samples);
        return new DecodedAudio(MonoMix.Mix(samples, format.Channels), format.RateHz);
    }

    private static (WavFormat Format, Range Data) FindChunks(ReadOnlySpan<byte> bytes)
    {
        var isStream = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) is 0 or uint.MaxValue;
        WavFormat? format = null;
        var offset = 12;
        while (offset + 8 <= bytes.Length)
        {
            var name = bytes.Slice(offset, 4);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(offset + 4)..]);
            var start = offset + 8;
            if (name.SequenceEqual("fmt "u8)) format = ReadFormat(bytes[start..(int)Math.Min(bytes.Length, start + size)]);
            if (name.SequenceEqual("data"u8))
                return (format ?? throw Broken("its data comes before its format"), FindData(start, size, bytes.Length, isStream));
            var next = start + size + (size & 1);
            if (next > bytes.Length) break;
            offset = (int)next;
        }
        throw Broken(format is null ? "it has no format" : "it has no data");
    }

    private static WavFormat ReadFormat(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < 16) throw Broken("its format is cut off");
        var kind = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        var format = new WavFormat(
            kind == Extensible && chunk.Length >= 26 ? BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]) : kind,
            BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]),
            (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..])),
            BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]));
        if (format is not ({ Kind: Pcm, BitsPerSample: 8 or 16 or 24 or 32 } or { Kind: Float, BitsPerSample: 32 or 64 }))
            throw new InvalidInputException(InputFault.UnsupportedFormat,
                $"WAV must hold PCM of 8, 16, 24 or 32 bits or floats of 32 or 64, but this holds format {format.Kind} of {format.BitsPerSample} bits: convert it to 16-bit PCM.");
        AudioLimits.CheckFormat(format.Channels, format.RateHz);
        return format;
    }

    private static Range FindData(int start, long size, int length, bool isStream)
    {
        // A writer to a pipe knows neither size and leaves 0 or the maximum in both places.
        if (isStream && size is (0 or uint.MaxValue)) return start..length;
        return size <= length - start
            ? start..(start + (int)size)
            : throw Broken($"it announces {size:N0} bytes of samples, but only {length - start:N0} came (cut off?)");
    }

    private static void Convert(ReadOnlySpan<byte> data, WavFormat format, Span<float> samples)
    {
        switch (format)
        {
            case { Kind: Float, BitsPerSample: 32 }:
                MemoryMarshal.Cast<byte, float>(data)[..samples.Length].CopyTo(samples);
                break;
            case { Kind: Float }:
                var doubles = MemoryMarshal.Cast<byte, double>(data);
                for (var i = 0; i < samples.Length; i++) samples[i] = (float)doubles[i];
                break;
            case { BitsPerSample: 8 }:
                for (var i = 0; i < samples.Length; i++) samples[i] = (data[i] - 128) / 128f;
                break;
            case { BitsPerSample: 16 }:
                var shorts = MemoryMarshal.Cast<byte, short>(data);
                for (var i = 0; i < samples.Length; i++) samples[i] = shorts[i] / 32768f;
                break;
            case { BitsPerSample: 24 }:
                for (var i = 0; i < samples.Length; i++)
                    samples[i] = (data[3 * i] | (data[(3 * i) + 1] << 8) | ((sbyte)data[(3 * i) + 2] << 16)) / 8388608f;
                break;
            default:
                var integers = MemoryMarshal.Cast<byte, int>(data);
                for (var i = 0; i < samples.Length; i++) samples[i] = integers[i] / 2147483648f;
                break;
        }
    }

    private static InvalidInputException Broken(string why) => new(InputFault.Unusable, $"The WAV file cannot be decoded: {why}.");

    private readonly record struct WavFormat(ushort Kind, ushort Channels, int RateHz, ushort BitsPerSample);
}
