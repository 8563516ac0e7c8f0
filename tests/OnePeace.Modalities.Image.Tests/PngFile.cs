using System.Buffers.Binary;
using System.IO.Compression;

namespace OnePeace.Modalities.Image.Tests;

/// <summary>PNG files of any kind, written by hand.</summary>
internal static class PngFile
{
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="depth">Bits a channel.</param>
    /// <param name="colours">0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha.</param>
    /// <param name="lines">Each line's filter and bytes, in order.</param>
    /// <param name="interlaced">Whether the lines are those of Adam7's passes.</param>
    /// <param name="more">Chunks between header and data.</param>
    public static byte[] Write(int width, int height, int depth, int colours, byte[] lines, bool interlaced = false, params (string Name, byte[] Data)[] more)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colours, (byte)(interlaced ? 1 : 0));
        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            packed.Write(lines);
        IEnumerable<(string, byte[])> chunks = [("IHDR", header), .. more, ("IDAT", data.ToArray()), ("IEND", [])];
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. chunks.SelectMany(chunk => Chunk(chunk.Item1, chunk.Item2))];
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        System.Text.Encoding.ASCII.GetBytes(name, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Checksum(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
        }
        return ~sum;
    }
}
