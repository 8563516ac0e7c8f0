using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace OnePeace.Modalities.Imu;

/// <summary>Six values in m/s² and rad/s, when they were measured if that is known, and the row or line where they stand in the input.</summary>
internal readonly record struct ImuRow(int Number, double? Time, ArraySegment<float> Values);

/// <summary>Reads CSV (commas, semicolons or tabs; <c>#</c> comments; named columns, or 6, or 7 with the time in front) and rows of six float32.</summary>
internal static class ImuReader
{
    public const string Binary = "application/vnd.imu+f32";

    private const int MostRows = 200_000;
    private const float MostValue = 10_000;   // 1,000 g; finite in every type that a model computes in

    private static readonly string[] Axes = ["ax", "ay", "az", "gx", "gy", "gz"];
    private static readonly string[] TimeNames = ["t", "time", "timestamp"];

    /// <exception cref="InvalidInputException">They are in neither format, or say what no sensor says.</exception>
    public static IReadOnlyList<ImuRow> Read(RawInput input)
    {
        var bytes = input.Bytes.Span;
        var isText = Utf8.IsValid(bytes);
        // No text holds the lowest control characters; few floats do without, and for those the media type decides.
        var isBinary = bytes.ContainsAnyInRange<byte>(0, 8) || (input.MediaType == Binary && !isText);
        if (!isText && !isBinary) throw Fault("The recording", "be CSV in UTF-8 or rows of six float32", "is neither", InputFault.Malformed);
        var rows = (isBinary ? Floats(bytes) : Text(Encoding.UTF8.GetString(bytes))).ToList();
        if (rows.Count is < 2 or > MostRows) throw Fault("The recording", $"have 2 to {MostRows:N0} rows of numbers", $"has {rows.Count:N0}");
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Values.AsSpan().IndexOfAnyExceptInRange(-MostValue, MostValue) is >= 0 and var axis)
                throw Fault(Place(i), $"hold a number within ±{MostValue:N0} in column {Axes[axis]}", $"holds {rows[i].Values[axis]}");
            if (rows[i].Time is { } time && !(double.IsFinite(time) && (i == 0 || time > rows[i - 1].Time)))
                throw Fault(Place(i), "have a time above that of the row before", $"has {time}");
        }
        return rows;
        string Place(int i) => isBinary ? $"Row {rows[i].Number:N0}" : Line(rows[i].Number);
    }

    private static IEnumerable<ImuRow> Floats(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 24 != 0) throw Fault("The recording", "be rows of 24 bytes", $"has {bytes.Length:N0} bytes", InputFault.Malformed);
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return Enumerable.Range(0, values.Length / 6).Select(i => new ImuRow(i + 1, null, new ArraySegment<float>(values, 6 * i, 6)));
    }

    private static string Line(int number) => $"Line {number:N0}";

    private static IEnumerable<ImuRow> Text(string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select((line, i) => (Number: i + 1, Text: line.Trim()))
            .Where(line => line.Text is not ("" or ['#', ..])).Take(MostRows + 2)
            .Select(line => (line.Number, Cells: line.Text.Split(',', ';', '\t'))).ToList();
        if (lines is not [var (number, first), ..]) return [];
        var isHeader = !first.Any(cell => double.IsFinite(Number(cell)));
        string[] names = isHeader ? [.. first.Select(name => name.Trim(' ', '"').ToLowerInvariant())] : first.Length == 7 ? ["t", .. Axes] : Axes;
        if (Axes.Except(names).FirstOrDefault() is { } missing) throw Fault(Line(number), $"name {string.Join(", ", Axes)}", $"does not name {missing}");
        var (time, columns) = (Array.FindIndex(names, TimeNames.Contains), Array.ConvertAll(Axes, axis => Array.IndexOf(names, axis)));
        return lines.Skip(isHeader ? 1 : 0).Select(line => line.Cells.Length == names.Length
            ? new ImuRow(line.Number, time < 0 ? null : Number(line.Cells[time]), Array.ConvertAll(columns, column => (float)Number(line.Cells[column])))
            : throw Fault(Line(line.Number), $"have {names.Length} columns", $"has {line.Cells.Length}"));
    }

    private static double Number(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static InvalidInputException Fault(string place, string expected, string actual, InputFault fault = InputFault.Unusable) =>
        new(fault, $"{place} must {expected}, but {actual}: correct it.");
}
