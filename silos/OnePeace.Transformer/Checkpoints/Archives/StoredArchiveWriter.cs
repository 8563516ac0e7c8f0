using System.Buffers.Binary;
using System.Text;

namespace OnePeace.Transformer.Checkpoints.Archives;

/// <summary>Writes a zip file of stored entries, front to back: same entries, same bytes. Time stamps are the format's first day.</summary>
/// <param name="stream">Receives the file; stays the caller's.</param>
/// <param name="wideFrom">Sizes and offsets from here on are written as zip64; a test sets it low.</param>
internal sealed class StoredArchiveWriter(Stream stream, long wideFrom = uint.MaxValue)
{
    private const ushort Version = 20, Version64 = 45, Zip64 = 1, Padding = 0xD935, FirstDay = (1 << 5) | 1;
    private const int LocalLength = 30, ExtraHeader = 4, LeastPadding = 6;

    private readonly List<Written> _entries = [];
    private long _offset;

    private sealed record Written(byte[] Name, long Length, uint Crc, long Header);

    /// <param name="name">The entry's name.</param>
    /// <param name="content">What <paramref name="write"/> will write, measured before.</param>
    /// <param name="write">Writes the entry's bytes.</param>
    /// <param name="alignment">What the place of its first byte in the file is a multiple of.</param>
    /// <exception cref="InvalidDataException">What was written is not what was measured.</exception>
    public void Add(string name, ContentDigest content, Action<Stream> write, int alignment = 1)
    {
        var entry = new Written(Encoding.UTF8.GetBytes(name), content.Length, content.Crc, _offset);
        var wide = content.Length >= wideFrom;
        var extra = wide ? Fields(Zip64, (ushort)16, content.Length, content.Length) : [];
        extra = [.. extra, .. Pad(_offset + LocalLength + entry.Name.Length + extra.Length, alignment)];
        Put(Fields(0x04034b50u, wide ? Version64 : Version, (ushort)0, (ushort)0, (ushort)0, FirstDay, content.Crc,
            Narrow(content.Length), Narrow(content.Length), (ushort)entry.Name.Length, (ushort)extra.Length));
        Put(entry.Name);
        Put(extra);
        var written = ContentDigest.Of(write, stream);
        if (written != content) throw new InvalidDataException($"The content of '{name}' changed while it was written; try again.");
        _offset += content.Length;
        _entries.Add(entry);
    }

    /// <summary>Writes the directory: the last thing.</summary>
    public void Finish()
    {
        var start = _offset;
        foreach (var entry in _entries) PutDirectoryEntry(entry);
        var length = _offset - start;
        if (start >= wideFrom || length >= wideFrom || _entries.Count >= ushort.MaxValue)
        {
            var end = _offset;
            Put(Fields(0x06064b50u, 44L, Version64, Version64, 0u, 0u, (long)_entries.Count, (long)_entries.Count, length, start));
            Put(Fields(0x07064b50u, 0u, end, 1u));
        }
        var count = (ushort)Math.Min(_entries.Count, ushort.MaxValue);
        Put(Fields(0x06054b50u, (ushort)0, (ushort)0, count, count, Narrow(length), Narrow(start), (ushort)0));
    }

    private void PutDirectoryEntry(Written entry)
    {
        bool wideSize = entry.Length >= wideFrom, wideHeader = entry.Header >= wideFrom;
        List<object> wide = [.. wideSize ? new object[] { entry.Length, entry.Length } : [], .. wideHeader ? new object[] { entry.Header } : []];
        byte[] extra = wide.Count == 0 ? [] : Fields([Zip64, (ushort)(wide.Count * sizeof(long)), .. wide]);
        var version = wide.Count == 0 ? Version : Version64;
        Put(Fields(0x02014b50u, version, version, (ushort)0, (ushort)0, (ushort)0, FirstDay, entry.Crc, Narrow(entry.Length), Narrow(entry.Length),
            (ushort)entry.Name.Length, (ushort)extra.Length, (ushort)0, (ushort)0, (ushort)0, 0u, Narrow(entry.Header)));
        Put(entry.Name);
        Put(extra);
    }

    /// <summary>An extra field that moves the entry's first byte to where it belongs; nothing where it lies there already.</summary>
    private static byte[] Pad(long start, int alignment)
    {
        var missing = (int)((alignment - (start % alignment)) % alignment);
        if (missing == 0) return [];
        while (missing < LeastPadding) missing += alignment;
        return [.. Fields(Padding, (ushort)(missing - ExtraHeader), (ushort)alignment), .. new byte[missing - LeastPadding]];
    }

    private uint Narrow(long value) => value >= wideFrom ? uint.MaxValue : (uint)value;

    private void Put(byte[] bytes)
    {
        stream.Write(bytes);
        _offset += bytes.Length;
    }

    private static byte[] Fields(params object[] fields)
    {
        var bytes = new List<byte>();
        Span<byte> buffer = stackalloc byte[sizeof(long)];
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer, field is long wide ? wide : Convert.ToInt64(field, null));
            bytes.AddRange(buffer[..(field is ushort ? 2 : field is uint ? 4 : 8)]);
        }
        return [.. bytes];
    }
}
