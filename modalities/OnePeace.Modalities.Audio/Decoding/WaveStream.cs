using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>Reads the float32 WAV that ffmpeg writes to a pipe, whose lengths are not filled in.</summary>
internal static class WaveStream
{
    private const int MostHeaderBytes = 65_536;

    /// <summary>Null where the stream ends before its samples begin.</summary>
    /// <exception cref="InvalidInputException">Over a limit.</exception>
    public static async Task<MonoSamples?> ReadAsync(Stream stream, AudioLimits limits, CancellationToken cancellation)
    {
        try
        {
            var samples = await ReadHeaderAsync(stream, limits, cancellation);
            await ReadSamplesAsync(stream, samples, cancellation);
            return samples;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static async Task<MonoSamples> ReadHeaderAsync(Stream stream, AudioLimits limits, CancellationToken cancellation)
    {
        MonoSamples? samples = null;
        await ReadExactlyAsync(stream, 12, cancellation);   // RIFF, length, WAVE
        while (true)
        {
            var head = await ReadExactlyAsync(stream, 8, cancellation);
            if (head.AsSpan(0, 4).SequenceEqual("data"u8)) return samples ?? throw new EndOfStreamException();
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4));
            if (length > MostHeaderBytes) throw new EndOfStreamException();
            var body = await ReadExactlyAsync(stream, (int)(length + (length & 1)), cancellation);
            if (head.AsSpan(0, 4).SequenceEqual("fmt "u8) && body.Length >= 16)
            {
                samples = new MonoSamples(BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(2)),
                    BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(4)), limits);
            }
        }
    }

    private static async Task ReadSamplesAsync(Stream stream, MonoSamples samples, CancellationToken cancellation)
    {
        var chunk = new byte[samples.ChunkLength * sizeof(float)];
        for (var read = chunk.Length; read == chunk.Length;)
        {
            read = await stream.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellation);
            samples.Add(MemoryMarshal.Cast<byte, float>(chunk.AsSpan(0, read)));
        }
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
