using System.Globalization;
using System.Text;
using OnePeace.Modalities;

namespace OnePeace.Training.Data.Tables;

/// <summary>Pairs in the rows of a file: text as it is; other inputs as files named from the table's folder, or base64.</summary>
internal sealed class TableSource : IPairSource
{
    /// <summary>The longest path; what is longer is base64.</summary>
    private const int LongestPath = 1024;

    /// <summary>How much of a table <see cref="CheckHead"/> reads at most.</summary>
    private const int HeadBytes = 16 << 20;

    private readonly RowFile _rows;
    private readonly RowFormat _format;
    private readonly IReadOnlyList<PairModality> _modalities;
    private readonly PairColumns _columns;
    private readonly DataFolder _folder;
    private readonly List<PairGroup> _groups = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);   // columns of rows that name their own, until every modality has one
    private readonly string _path;

    private TableSource(string path, RowFile rows, RowFormat format, IReadOnlyList<PairModality> modalities, PairColumns columns)
    {
        (_path, _rows, _format, _modalities, _columns) = (path, rows, format, modalities, columns);
        _folder = new DataFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public int Count => _groups.Count;

    /// <summary>Rows before the first pair.</summary>
    private int Headers => _format.Columns is null ? 0 : 1;

    /// <exception cref="InvalidDataException">The file is no such table.</exception>
    public static TableSource Open(string path, IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> named, CancellationToken cancellation)
    {
        var kind = Path.GetExtension(path).ToLowerInvariant();
        var rows = new RowFile(path, quoted: kind == ".csv");
        try
        {
            var columns = new PairColumns(modalities, named);
            TableSource? source = null;
            rows.Scan(row =>
            {
                if (source is not null || kind == ".jsonl") (source ??= new(path, rows, new JsonRows(), modalities, columns)).Add(row);
                else source = new(path, rows, Header(path, row, kind, columns), modalities, columns);
                return true;
            }, cancellation);
            if (source is not { Count: > 0 }) throw new InvalidDataException($"'{path}' must hold pairs, but is empty: write one a row.");
            if (source._seen.Count > 0) columns.Check(path, source._seen);
            return source;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Looks at the header for a column of every modality; where rows name their own, at rows until each was met or the first megabytes are read.</summary>
    /// <exception cref="InvalidDataException">A modality has no column in the header, or in any row of the file.</exception>
    public static void CheckHead(string path, IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> named)
    {
        var kind = Path.GetExtension(path).ToLowerInvariant();
        using var rows = new RowFile(path, quoted: kind == ".csv");
        var columns = new PairColumns(modalities, named);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = rows.Scan(row =>
        {
            if (kind == ".jsonl") Meet(seen, new JsonRows(), row);
            else Header(path, row, kind, columns);
            return kind == ".jsonl" && !columns.Fit(seen);
        }, CancellationToken.None, HeadBytes);
        if (isWhole && seen.Count > 0) columns.Check(path, seen);
    }

    public string Group(int index) => _groups[index].ToString();

    public string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"line {_rows.Line(index + Headers)} of {Path.GetFileName(_path)}");

    public async ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation)
    {
        string? id = null;
        try
        {
            var row = await StoredBytes.ReadAsync(_path, () => Task.FromResult(_rows.Read(index + Headers)), cancellation).ConfigureAwait(false);
            id = PairColumns.Id(_format, row);
            var inputs = new Dictionary<string, RawInput>(StringComparer.Ordinal);
            foreach (var modality in _modalities)
                inputs[modality.Name] = await InputAsync(row, modality, cancellation).ConfigureAwait(false);
            return new StoredPair(id ?? Place(index), inputs);
        }
        catch (Exception e) when (e is BadPairException or FormatException or InvalidOperationException && e is not ObjectDisposedException)
        {
            throw new BadPairException($"Pair {(id is null ? Place(index) : $"'{id}' ({Place(index)})")}: {e.Message}", e) { Id = id };
        }
    }

    public void Dispose() => _rows.Dispose();

    private static DelimitedRows Header(string path, ReadOnlySpan<byte> row, string kind, PairColumns columns)
    {
        var format = new DelimitedRows(row, kind == ".csv" ? ',' : '\t', quoted: kind == ".csv");
        columns.Check(path, format.Columns);
        return format;
    }

    private void Add(ReadOnlySpan<byte> row)
    {
        _groups.Add(_columns.Group(_format, row, _groups.Count));
        if (_format.Columns is null && !_columns.Fit(_seen)) Meet(_seen, _format, row);
    }

    private static void Meet(HashSet<string> seen, RowFormat format, ReadOnlySpan<byte> row)
    {
        try
        {
            seen.UnionWith(format.ColumnsOf(row));
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            // a damaged row has no columns; it is told when it is read
        }
    }

    private async ValueTask<RawInput> InputAsync(byte[] row, PairModality modality, CancellationToken cancellation)
    {
        var cell = _columns.Cell(_format, row, modality.Name);
        if (string.IsNullOrEmpty(cell) && !(modality.IsText && cell is not null))
            throw new BadPairException(_columns.Lack(modality.Name, [.. _format.ColumnsOf(row)]));
        if (modality.IsText) return new RawInput(Encoding.UTF8.GetBytes(cell));
        return new RawInput(Base64(cell) ?? await _folder.ReadAsync(cell, cancellation).ConfigureAwait(false));
    }

    /// <summary>What base64 says, or null for a path. Base64 has no dot; a file that is there wins.</summary>
    private byte[]? Base64(string cell)
    {
        if (cell.Length <= LongestPath && (cell.Contains('.') || _folder.Has(cell))) return null;
        var buffer = new byte[(cell.Length / 4 * 3) + 3];
        if (Convert.TryFromBase64String(cell.Replace('-', '+').Replace('_', '/'), buffer, out var length)) return buffer[..length];
        return cell.Length <= LongestPath ? null : throw new BadPairException("it holds an input that is neither base64 nor a path: look at how the file was written.");
    }
}
