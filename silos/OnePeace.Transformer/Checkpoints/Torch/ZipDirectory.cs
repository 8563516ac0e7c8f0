using System.Buffers.Binary;
using System.Text;

namespace OnePeace.Transformer.Checkpoints.Torch;

/// <summary>An entry of a zip file's central directory.</summary>
/// <param name="Method">0 is stored.</param>
/// <param name="Header">Offset of its local header.</param>
internal sealed record ZipEntry(string Name, int Method, int Flags, long CompressedSize, long Size, long Header);

/// <summary>The directory of a mapped zip file, zip64 included (APPNOTE.TXT 6.3.10). .NET's own reader does not say where an entry's bytes lie.</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22, End64Length = 56, LocatorLength = 20, CentralLength = 46, LocalLength = 30;
    private const int MaxEntries = 200_000;   // one a tensor: the 4B model has some thousand
    private const uint EndSignature = 0x06054b50, End64Signature = 0x06064b50, LocatorSignature = 0x07064b50, CentralSignature = 0x02014b50, LocalSignature = 0x04034b50;

    /// <exception cref="InvalidDataException">The directory is damaged, or names an entry twice.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(FileMapping file, int maxEntries = MaxEntries)
    {
        var (offset, length) = Find(file);
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        for (var end = offset + length; offset < end;)
        {
            var header = file.Bytes(offset, CentralLength);
            if (UInt32(header) != CentralSignature) throw new InvalidDataException("The zip archive's directory is damaged.");
            int name = UInt16(header[28..]), extra = UInt16(header[30..]), comment = UInt16(header[32..]);
            var entry = ReadEntry(header, Encoding.UTF8.GetString(file.Bytes(offset + CentralLength, name)), file.Bytes(offset + CentralLength + name, extra));
            if (entries.Count == maxEntries) throw new InvalidDataException($"Expected a zip archive of at most {maxEntries} entries, but it has more.");
            if (!entries.TryAdd(entry.Name, entry))
                throw new InvalidDataException($"Expected every entry of the zip archive once, but '{PickledGlobals.Printable(entry.Name)}' comes twice.");
            offset += CentralLength + name + extra + comment;
        }
        return entries;
    }

    /// <summary>Where a stored entry's bytes lie.</summary>
    /// <exception cref="InvalidDataException">It is compressed or encrypted, or reaches outside the file.</exception>
    public static (long Start, long Length) Locate(FileMapping file, ZipEntry entry)
    {
        if (entry.Method != 0 || (entry.Flags & 1) != 0 || entry.CompressedSize != entry.Size)
            throw new InvalidDataException($"Expected stored entries, as torch.save writes them, but '{PickledGlobals.Printable(entry.Name)}' is compressed or encrypted; save the checkpoint again with torch.save.");
        var header = file.Bytes(entry.Header, LocalLength);
        if (UInt32(header) != LocalSignature) throw new InvalidDataException($"The zip archive is damaged at '{PickledGlobals.Printable(entry.Name)}'.");
        var start = entry.Header + LocalLength + UInt16(header[26..]) + UInt16(header[28..]);
        if (entry.Size < 0 || start > file.Length - entry.Size)
            throw new InvalidDataException($"'{PickledGlobals.Printable(entry.Name)}' claims {entry.Size} bytes from {start} on, but the file has {file.Length}; it is truncated or damaged.");
        return (start, entry.Size);
    }

    /// <summary>Where the central directory lies.</summary>
    /// <exception cref="InvalidDataException">There is none, or it reaches outside the file.</exception>
    public static (long Offset, long Length) Find(FileMapping file)
    {
        var (offset, length) = FindDirectory(file);
        return length <= file.Length && offset <= file.Length - length
            ? (offset, length)
            : throw new InvalidDataException("The zip archive's directory is damaged: it reaches outside the file.");
    }

    private static (long Offset, long Length) FindDirectory(FileMapping file)
    {
        var searched = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var tailStart = file.Length - searched;
        var tail = file.Bytes(tailStart, searched);
        for (var i = searched - EndLength; i >= 0; i--)
        {
            if (UInt32(tail[i..]) != EndSignature) continue;
            long length = UInt32(tail[(i + 12)..]), offset = UInt32(tail[(i + 16)..]);
            return FindDirectory64(file, tailStart + i - LocatorLength) ?? (offset, length);
        }
        throw new InvalidDataException("Expected a zip archive, but its directory is missing; the file is truncated or damaged.");
    }

    private static (long Offset, long Length)? FindDirectory64(FileMapping file, long locator)
    {
        if (locator < 0 || UInt32(file.Bytes(locator, LocatorLength)) != LocatorSignature) return null;
        var end = file.Bytes(Int64(file.Bytes(locator + 8, sizeof(long))), End64Length);
        if (UInt32(end) != End64Signature) throw new InvalidDataException("The zip archive's directory is damaged.");
        return (Int64(end[48..]), Int64(end[40..]));
    }

    private static ZipEntry ReadEntry(ReadOnlySpan<byte> header, string name, ReadOnlySpan<byte> extra)
    {
        long compressed = UInt32(header[20..]), size = UInt32(header[24..]), offset = UInt32(header[42..]);
        var wide = FindZip64(extra);
        Widen(ref size, ref wide);
        Widen(ref compressed, ref wide);
        Widen(ref offset, ref wide);
        return new ZipEntry(name, UInt16(header[10..]), UInt16(header[8..]), compressed, size, offset);
    }

    /// <summary>The zip64 fields among the extra ones; empty where there are none.</summary>
    private static ReadOnlySpan<byte> FindZip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int id = UInt16(extra), length = Math.Min(UInt16(extra[2..]), extra.Length - 4);
            if (id == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private static void Widen(ref long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue || wide.Length < sizeof(long)) return;
        value = Int64(wide);
        wide = wide[sizeof(long)..];
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long Int64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and var value
        ? value
        : throw new InvalidDataException("The zip archive's directory is damaged: a size is out of range.");
}
