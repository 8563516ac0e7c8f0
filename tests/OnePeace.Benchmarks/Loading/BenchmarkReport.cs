using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Tables for people on the console, the same figures as JSON for programs.</summary>
internal sealed class BenchmarkReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonObject _json = [];

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="key">The table's name in JSON.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="columns">The first column names the rows.</param>
    /// <param name="rows">As many cells as columns; numbers are written short.</param>
    public void Add(string key, string title, string[] columns, IEnumerable<object[]> rows)
    {
        var cells = rows.ToArray();
        Console.WriteLine($"\n**{title}**\n\n| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (var row in cells) Console.WriteLine($"| {string.Join(" | ", row.Select(Text))} |");
        _json[key] = new JsonArray([.. cells.Select(row => new JsonObject(columns.Zip(row, (column, cell) => KeyValuePair.Create(column, Value(cell)))))]);
    }

    public void Write(string path) => File.WriteAllText(path, _json.ToJsonString(Indented));

    private static string Text(object cell) => cell is double number
        ? double.IsNaN(number) ? "" : number.ToString(Math.Abs(number) switch { >= 100 => "N0", >= 10 => "0.0", >= 0.995 and < 1 => "0.#####", _ => "0.00" }, CultureInfo.InvariantCulture)
        : Convert.ToString(cell, CultureInfo.InvariantCulture)!;

    private static JsonNode? Value(object cell) => cell switch
    {
        double number => double.IsFinite(number) ? JsonValue.Create(number) : null,
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        _ => JsonValue.Create(cell.ToString()),
    };
}
