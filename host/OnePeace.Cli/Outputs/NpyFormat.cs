using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace OnePeace.Cli.Outputs;

/// <summary>NumPy's <c>.npy</c>, version 1.0: float32, row-major.</summary>
internal static class NpyFormat
{
    private const int Alignment = 64;
    private static readonly byte[] MagicAndVersion = [0x93, .. "NUMPY"u8, 1, 0];

    /// <param name="stream">Where to.</param>
    /// <param name="vectors"><c>[N][D]</c></param>
    public static void Write(Stream stream, IReadOnlyList<float[]> vectors)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({vectors.Count}, {vectors[0].Length}), }}";
        var before = MagicAndVersion.Length + sizeof(ushort);
        var length = (before + header.Length + Alignment) / Alignment * Alignment - before;   // at least one byte for the line end
        Span<byte> lengthBytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(lengthBytes, (ushort)length);
        stream.Write(MagicAndVersion);
        stream.Write(lengthBytes);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        foreach (var vector in vectors) stream.Write(MemoryMarshal.AsBytes<float>(vector));
    }
}
