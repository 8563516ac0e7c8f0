using System.Text.Json;

namespace OnePeace.Training.Data.Tables;

/// <summary>One JSON object a row.</summary>
internal sealed class JsonRows : RowFormat
{
    public override IReadOnlyList<string>? Columns => null;

    public override string? Cell(ReadOnlySpan<byte> row, string column)
    {
        using var document = Parse(row);
        if (!document.RootElement.TryGetProperty(column, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new FormatException($"'{column}' must be a string, but is {value.ValueKind}"),
        };
    }

    public override IReadOnlyList<string> ColumnsOf(ReadOnlySpan<byte> row)
    {
        using var document = Parse(row);
        return [.. document.RootElement.EnumerateObject().Select(property => property.Name)];
    }

    private static JsonDocument Parse(ReadOnlySpan<byte> row)
    {
        try
        {
            var document = JsonDocument.Parse(row.ToArray());
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            throw new FormatException("it must be one JSON object");
        }
        catch (JsonException e)
        {
            throw new FormatException($"it must be one JSON object, but is none from byte {e.BytePositionInLine ?? 0:N0} on", e);
        }
    }
}
