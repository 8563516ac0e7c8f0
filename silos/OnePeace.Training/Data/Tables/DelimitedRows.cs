namespace OnePeace.Training.Data.Tables;

/// <summary>Values between separators under a header: tabs without quotes, or commas with them (RFC 4180).</summary>
internal sealed class DelimitedRows : RowFormat
{
    private const byte Quote = (byte)'"';

    private readonly byte _separator;
    private readonly bool _quoted;
    private readonly List<string> _columns;

    public DelimitedRows(ReadOnlySpan<byte> header, char separator, bool quoted)
    {
        (_separator, _quoted) = ((byte)separator, quoted);
        var cells = Split(header);
        _columns = new List<string>(cells.Count);
        foreach (var cell in cells)
            _columns.Add(Value(header[cell]).Trim());
    }

    public override IReadOnlyList<string> Columns => _columns;

    public override IReadOnlyList<string> ColumnsOf(ReadOnlySpan<byte> row) => _columns;

    public override string? Cell(ReadOnlySpan<byte> row, string column)
    {
        var index = _columns.IndexOf(column);
        if (index < 0) return null;
        var cells = Split(row);
        return cells.Count == _columns.Count
            ? Value(row[cells[index]])
            : throw new FormatException($"it must have {_columns.Count:N0} values ({string.Join(", ", _columns)}), but has {cells.Count:N0}: look for a separator inside a value");
    }

    private List<Range> Split(ReadOnlySpan<byte> row)
    {
        var cells = new List<Range>();
        var start = 0;
        while (true)
        {
            var end = start + Length(row[start..]);
            cells.Add(start..end);
            if (end == row.Length) return cells;
            start = end + 1;
        }
    }

    /// <summary>How long the value at the start is, its quotes included.</summary>
    private int Length(ReadOnlySpan<byte> rest)
    {
        var at = 0;
        if (_quoted && !rest.IsEmpty && rest[0] == Quote)
        {
            for (at = 1; at < rest.Length; at++)
            {
                if (rest[at] != Quote) continue;
                if (at + 1 == rest.Length || rest[at + 1] != Quote) break;
                at++;   // two quotes are one
            }
            at = Math.Min(at + 1, rest.Length);
        }
        var separator = rest[at..].IndexOf(_separator);
        return separator < 0 ? rest.Length : at + separator;
    }

    private string Value(ReadOnlySpan<byte> cell)
    {
        if (!_quoted || cell.IsEmpty || cell[0] != Quote) return Decode(cell);
        return cell.Length > 1 && cell[^1] == Quote
            ? Decode(cell[1..^1]).Replace("\"\"", "\"", StringComparison.Ordinal)
            : throw new FormatException("a value in double quotes must end with one before the next separator");
    }
}
