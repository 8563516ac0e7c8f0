using System.Text;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Writes zip archives of stored entries, with the fields of zip64 if wanted, as for files beyond 4 GB.</summary>
internal sealed class ZipWriter(bool wide = false)
{
    private readonly MemoryStream _file = new();
    private readonly MemoryStream _directory = new();
    private int _entries;

    /// <param name="name">The entry's name.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="claimed">What the directory says of its size; null for the truth.</param>
    /// <param name="method">What the directory says of its compression; 0 is none.</param>
    public ZipWriter Add(string name, byte[] content, uint? claimed = null, ushort method = 0)
    {
        var offset = _file.Length;
        var size = claimed ?? (uint)content.Length;
        byte[] encoded = Encoding.UTF8.GetBytes(name);
        byte[] extra = wide ? [1, 0, 24, 0, .. BitConverter.GetBytes((long)size), .. BitConverter.GetBytes((long)size), .. BitConverter.GetBytes(offset)] : [];
        Write(_file, 0x04034b50u, (ushort)20, (ushort)0, method, 0u, 0u, size, size, (ushort)encoded.Length, (ushort)0);
        _file.Write(encoded);
        _file.Write(content);
        Write(_directory, 0x02014b50u, (ushort)20, (ushort)20, (ushort)0, method, 0u, 0u, wide ? uint.MaxValue : size, wide ? uint.MaxValue : size,
            (ushort)encoded.Length, (ushort)extra.Length, (ushort)0, (ushort)0, (ushort)0, 0u, wide ? uint.MaxValue : (uint)offset);
        _directory.Write(encoded);
        _directory.Write(extra);
        _entries++;
        return this;
    }

    public byte[] Finish()
    {
        long start = _file.Length, length = _directory.Length;
        _directory.WriteTo(_file);
        if (wide)
        {
            Write(_file, 0x06064b50u, 44L, (ushort)45, (ushort)45, 0u, 0u, (long)_entries, (long)_entries, length, start);
            Write(_file, 0x07064b50u, 0u, start + length, 1u);
        }
        Write(_file, 0x06054b50u, (ushort)0, (ushort)0, (ushort)_entries, (ushort)_entries, wide ? uint.MaxValue : (uint)length, wide ? uint.MaxValue : (uint)start, (ushort)0);
        return _file.ToArray();
    }

    private static void Write(Stream stream, params object[] fields)
    {
        foreach (var field in fields)
            stream.Write(field switch
            {
                ushort value => BitConverter.GetBytes(value),
                uint value => BitConverter.GetBytes(value),
                long value => BitConverter.GetBytes(value),
                _ => throw new NotSupportedException($"No field of {field.GetType()} here."),
            });
    }
}
