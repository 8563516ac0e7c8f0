namespace OnePeace.Training.Data.Tables;

/// <summary>Which columns of a table hold what.</summary>
internal sealed class PairColumns
{
    private const int MostShown = 20;

    private readonly Dictionary<string, string[]> _candidates;   // by modality, the first that a row has counts
    private readonly PairModality? _text;

    public PairColumns(IReadOnlyList<PairModality> modalities, IReadOnlyDictionary<string, string> named)
    {
        _candidates = modalities.ToDictionary(m => m.Name, m => named.TryGetValue(m.Name, out var column) ? [column] : m.IsText ? [m.Name, "caption"] : new[] { m.Name });
        _text = modalities.FirstOrDefault(m => m.IsText);
    }

    /// <exception cref="InvalidDataException">A modality has no column.</exception>
    public void Check(string path, IReadOnlyCollection<string> columns)
    {
        string[] missing = [.. _candidates.Keys.Where(modality => !Has(modality, columns)).Select(modality => $"a column {Named(modality)} for the modality '{modality}'")];
        if (missing.Length > 0)
            throw new InvalidDataException($"'{path}' must have {string.Join(" and ", missing)}, but has {Shown(columns)}: rename one, or say which it is in the recipe's columns.");
    }

    /// <summary>Whether every modality has a column among these.</summary>
    public bool Fit(IReadOnlyCollection<string> columns) => _candidates.Keys.All(modality => Has(modality, columns));

    /// <summary>Why a row has no input of a modality.</summary>
    public string Lack(string modality, IReadOnlyCollection<string> columns) => Has(modality, columns)
        ? $"its column {Named(modality)} is empty: give every pair all its inputs."
        : $"it has no column {Named(modality)} for the modality '{modality}', only {Shown(columns)}: give every pair all its inputs.";

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

    private bool Has(string modality, IReadOnlyCollection<string> columns) => _candidates[modality].Any(columns.Contains);

    private string Named(string modality) => $"'{string.Join("' or '", _candidates[modality])}'";

    private static string Shown(IReadOnlyCollection<string> columns) => columns.Count == 0 ? "none" : string.Join(", ", columns.Take(MostShown)) + (columns.Count > MostShown ? ", ..." : "");
}
