namespace OnePeace.Training.Data.Tables;

/// <summary>Which columns of a table hold what.</summary>
internal sealed class PairColumns
{
    private readonly Dictionary<string, string[]> _candidates;   // by modality, the first that a row has counts
    private readonly PairModality? _text;

    public PairColumns(IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> named)
    {
        _candidates = modalities.ToDictionary(m => m.Name, m => named.TryGetValue(m.Name, out var column) ? [column] : m.IsText ? [m.Name, "caption"] : new[] { m.Name });
        _text = modalities.FirstOrDefault(m => m.IsText);
    }

    /// <exception cref="InvalidDataException">A modality has no column.</exception>
    public void Check(string path, IReadOnlyList<string> columns)
    {
        foreach (var (modality, candidates) in _candidates)
        {
            if (!candidates.Any(columns.Contains))
                throw new InvalidDataException(
                    $"'{path}' must have a column '{string.Join("' or '", candidates)}' for the modality '{modality}', but has {string.Join(", ", columns)}: rename one, or say which it is in the recipe's columns.");
        }
    }

    public string? Cell(RowFormat format, ReadOnlySpan<byte> row, string modality)
    {
        foreach (var column in _candidates[modality])
        {
            if (format.Cell(row, column) is { } cell) return cell;
        }
        return null;
    }

    /// <summary>Column <c>id</c>, else the first that ends in <c>_id</c>, as official files have it.</summary>
    public static string? Id(RowFormat format, ReadOnlySpan<byte> row)
    {
        var columns = format.ColumnsOf(row);
        var column = columns.Contains("id") ? "id" : columns.FirstOrDefault(name => name.EndsWith("_id", StringComparison.Ordinal));
        return column is not null && format.Cell(row, column) is { Length: > 0 } id ? id : null;
    }

    /// <summary>The group of a row; one that is damaged is alone.</summary>
    public PairGroup Group(RowFormat format, ReadOnlySpan<byte> row, int index)
    {
        try
        {
            return PairGroup.Of(format.Cell(row, "group"), _text is null ? null : Cell(format, row, _text.Name), index);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return PairGroup.Of(null, null, index);
        }
    }
}
