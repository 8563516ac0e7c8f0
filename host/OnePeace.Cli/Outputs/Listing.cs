using Spectre.Console;

namespace OnePeace.Cli.Outputs;

/// <summary>Rows for people on stdout: a table on a terminal, columns of plain text where it is piped.</summary>
internal static class Listing
{
    private const string Gap = "  ";

    /// <param name="headings">One a column; a column in which every row is empty is left out.</param>
    /// <param name="rows">Each as long as the headings.</param>
    public static void Print(IReadOnlyList<string> headings, IReadOnlyList<string[]> rows)
    {
        int[] used = [.. Enumerable.Range(0, headings.Count).Where(column => column == 0 || rows.Any(row => row[column].Length > 0))];
        if (Console.IsOutputRedirected) PrintPlain(used, [[.. headings.Select(heading => heading.ToUpperInvariant())], .. rows]);
        else PrintTable(used, headings, rows);
    }

    private static void PrintPlain(int[] used, IReadOnlyList<string[]> rows)
    {
        var widths = used.ToDictionary(column => column, column => rows.Max(row => row[column].Length));
        foreach (var row in rows) Console.Out.WriteLine(string.Join(Gap, used.Select(column => row[column].PadRight(widths[column]))).TrimEnd());
    }

    private static void PrintTable(int[] used, IReadOnlyList<string> headings, IReadOnlyList<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in used) table.AddColumn(Markup.Escape(headings[column]));
        foreach (var row in rows) table.AddRow([.. used.Select(column => new Text(row[column]))]);
        AnsiConsole.Write(table);
    }
}
