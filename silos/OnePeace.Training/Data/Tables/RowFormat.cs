using System.Text;

namespace OnePeace.Training.Data.Tables;

/// <summary>How values stand in a row.</summary>
internal abstract class RowFormat
{
    /// <summary>UTF-8 that refuses what is not.</summary>
    protected static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The columns that the header names, or null where every row names its own.</summary>
    public abstract IReadOnlyList<string>? Columns { get; }

    /// <summary>The value of a column, or null where the row has none.</summary>
    /// <exception cref="FormatException">The row is damaged.</exception>
    public abstract string? Cell(ReadOnlySpan<byte> row, string column);

    /// <summary>The columns that a row has.</summary>
    public abstract IReadOnlyList<string> ColumnsOf(ReadOnlySpan<byte> row);

    protected static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"it must be UTF-8, but byte {e.Index:N0} of a value does not belong there: save the file as UTF-8", e);
        }
    }
}
