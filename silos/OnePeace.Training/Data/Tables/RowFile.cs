using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OnePeace.Training.Data.Tables;

/// <summary>A file of rows, of which only where each begins is in memory. Blank rows are none.</summary>
internal sealed class RowFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly List<long> _offsets = [];
    private readonly List<int> _lengths = [];
    private readonly List<int> _lines = [];
    private int _line = 1;   // of the next row

    /// <param name="path">Of the file.</param>
    /// <param name="quoted">Whether a line break between double quotes ends no row.</param>
    public RowFile(string path, bool quoted)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        Quoted = quoted;
    }

    /// <summary>Sees a row, and says whether it wants the next.</summary>
    public delegate bool RowReader(ReadOnlySpan<byte> row);

    private bool Quoted { get; }

    public int Count => _offsets.Count;

    /// <summary>Finds rows, as many as are wanted, and shows each on the way.</summary>
    /// <param name="each">Sees them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="mostBytes">About how far to read; a row that is not whole there is not shown.</param>
    /// <returns>False where it came that far, and there may be more that was wanted.</returns>
    /// <exception cref="InvalidDataException">A row has no end.</exception>
    public bool Scan(RowReader each, CancellationToken cancellation, long mostBytes = long.MaxValue)
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        var (origin, filled, scanned, inQuotes) = (0L, 0, 0, false);   // origin: offset in the file of buffer[0]
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = 0;
            while (End(buffer.AsSpan(scanned, filled - scanned), ref inQuotes) is >= 0 and var length)
            {
                if (!Add(buffer.AsSpan(start, scanned + length - start), origin + start, each)) return true;
                start = scanned += length + 1;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            (origin, filled) = (origin + start, filled - start);
            scanned = filled;
            if (origin + filled >= mostBytes) return false;
            if (filled == buffer.Length) Array.Resize(ref buffer, Larger(buffer.Length));
            if (stream.Read(buffer, filled, buffer.Length - filled) is > 0 and var read) filled += read;
            else break;
        }
        if (inQuotes) throw new InvalidDataException($"A double quote in the row at line {_line} of '{_path}' is never closed: close it, and write a double quote inside a value twice.");
        Add(buffer.AsSpan(0, filled), origin, each);
        return true;
    }

    /// <summary>The line that a row begins in, from 1; a row in quotes may have several.</summary>
    public int Line(int row) => _lines[row];

    public byte[] Read(int row)
    {
        var bytes = new byte[_lengths[row]];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_file, bytes.AsSpan(done), _offsets[row] + done);
            if (read == 0) throw new BadPairException("the file has become shorter since it was opened: leave it alone while it is used.");
            done += read;
        }
        return bytes;
    }

    public void Dispose() => _file.Dispose();

    private bool Add(ReadOnlySpan<byte> row, long offset, RowReader each)
    {
        var line = _line;
        _line += 1 + (Quoted ? row.Count((byte)'\n') : 0);
        if (offset == 0 && row.StartsWith(Encoding.UTF8.Preamble))
        {
            offset = Encoding.UTF8.Preamble.Length;
            row = row[Encoding.UTF8.Preamble.Length..];
        }
        if (row.EndsWith("\r"u8)) row = row[..^1];
        if (row.IsEmpty) return true;
        _offsets.Add(offset);
        _lengths.Add(row.Length);
        _lines.Add(line);
        return each(row);
    }

    /// <summary>Where a row ends, or -1 where it goes on.</summary>
    private int End(ReadOnlySpan<byte> bytes, ref bool inQuotes)
    {
        if (!Quoted) return bytes.IndexOf((byte)'\n');
        for (var at = 0; bytes[at..].IndexOfAny((byte)'"', (byte)'\n') is >= 0 and var next; at++)
        {
            at += next;
            if (bytes[at] == '"') inQuotes = !inQuotes;
            else if (!inQuotes) return at;
        }
        return -1;
    }

    private int Larger(int length) => length < DataFolder.MostBytes * 2
        ? length * 2
        : throw new InvalidDataException($"The row at line {_line} of '{_path}' has more than {length:N0} bytes: check its line breaks and its quotes.");
}
