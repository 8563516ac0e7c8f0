using System.Buffers.Binary;
using System.Text;
using OnePeace.Transformer.Checkpoints.Torch;

namespace OnePeace.Transformer.Checkpoints.Archives;

/// <summary>An entry of a <see cref="StoredArchive"/>.</summary>
/// <param name="Start">Where its bytes begin in the file.</param>
internal sealed record StoredEntry(string Name, long Start, long Length);

/// <summary>A mapped zip file that holds stored entries end to end and nothing else, as <see cref="StoredArchiveWriter"/> writes it.</summary>
internal sealed class StoredArchive : IDisposable
{
    private const int LocalLength = 30, EndLength = 22, EndLength64 = 98, Utf8Names = 1 << 11;

    private readonly FileMapping _mapping;

    /// <exception cref="InvalidDataException">The file is no such archive.</exception>
    public StoredArchive(string path, int maxEntries)
    {
        _mapping = new FileMapping(path);
        try
        {
            Entries = ReadEntries(maxEntries);
        }
        catch
        {
            _mapping.Dispose();
            throw;
        }
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<StoredEntry> Entries { get; }

    /// <summary>The whole file's bytes.</summary>
    public long Length => _mapping.Length;

    /// <summary>Keeps the file mapped until what it returns is disposed.</summary>
    public IDisposable Hold() => _mapping.Hold();

    /// <summary>Bytes of the file; valid while it is mapped.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length) => _mapping.Bytes(offset, length);

    /// <summary>The tensors of an entry, sharing the file's memory; they may outlive the archive.</summary>
    /// <exception cref="InvalidDataException">It is no well-formed safetensors file.</exception>
    public SafetensorsFile OpenWeights(StoredEntry entry) => new(_mapping, entry.Name, entry.Start, entry.Length);

    public void Dispose() => _mapping.Dispose();

    private IReadOnlyList<StoredEntry> ReadEntries(int maxEntries)
    {
        var found = ZipDirectory.Read(_mapping, maxEntries).Values.OrderBy(e => e.Header).ToArray();
        var entries = new List<StoredEntry>(found.Length);
        var end = 0L;
        foreach (var entry in found)
        {
            if (entry.Header != end) throw new InvalidDataException($"Expected entries end to end, but '{Shown(entry)}' begins at {entry.Header} instead of {end}.");
            var (start, length) = Locate(entry);
            entries.Add(new StoredEntry(entry.Name, start, length));
            end = start + length;
        }
        var (directory, size) = ZipDirectory.Find(_mapping);
        if (directory != end || _mapping.Length - directory - size is not (EndLength or EndLength64))
            throw new InvalidDataException("Expected the entries, their directory and nothing else in the archive, but there are other bytes.");
        return entries;
    }

    private (long Start, long Length) Locate(ZipEntry entry)
    {
        if (entry.Method != 0 || (entry.Flags & ~Utf8Names) != 0 || entry.CompressedSize != entry.Size)
            throw new InvalidDataException($"Expected stored entries, but '{Shown(entry)}' is compressed, encrypted or streamed.");
        var place = ZipDirectory.Locate(_mapping, entry);
        var local = _mapping.Bytes(entry.Header, LocalLength);
        var name = Encoding.UTF8.GetString(_mapping.Bytes(entry.Header + LocalLength, BinaryPrimitives.ReadUInt16LittleEndian(local[26..])));
        var agrees = name == entry.Name && BinaryPrimitives.ReadUInt16LittleEndian(local[6..]) == entry.Flags && BinaryPrimitives.ReadUInt16LittleEndian(local[8..]) == 0
            && Agrees(local[18..], entry.Size) && Agrees(local[22..], entry.Size);
        return agrees ? place : throw new InvalidDataException($"The archive's directory and the entry '{Shown(entry)}' itself say different things.");
    }

    private static bool Agrees(ReadOnlySpan<byte> field, long size) => BinaryPrimitives.ReadUInt32LittleEndian(field) is var value && (value == size || value == uint.MaxValue);

    private static string Shown(ZipEntry entry) => PickledGlobals.Printable(entry.Name);
}
