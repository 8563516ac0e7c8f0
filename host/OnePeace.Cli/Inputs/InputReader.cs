using System.Text;
using System.Text.Json;

namespace OnePeace.Cli.Inputs;

/// <summary>Turns arguments into inputs, one row each.</summary>
/// <param name="takesText">Whether a modality takes strings as they are; throws for one that is not there.</param>
internal sealed class InputReader(Func<string, bool> takesText)
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <exception cref="BadInputException">A file is missing, or a list is not in its form.</exception>
    public IReadOnlyList<InputRow> Read(IEnumerable<InputSource> sources)
    {
        var rows = sources.SelectMany(Rows).ToList();
        return rows.Count > 0 ? rows : throw new BadInputException("there is nothing to encode: every list given is empty.");
    }

    private IEnumerable<InputRow> Rows(InputSource source)
    {
        var text = takesText(source.Modality);
        return source.Kind switch
        {
            SourceKind.List => Lines(source.Argument).Select(line => text ? Text(source.Modality, line) : File(source.Modality, Encoding.UTF8.GetString(line.Span))),
            SourceKind.Value when text => [Text(source.Modality, Encoding.UTF8.GetBytes(source.Argument))],
            _ => [File(source.Modality, source.Argument)],
        };
    }

    private static InputRow Text(string modality, ReadOnlyMemory<byte> bytes) => new(modality, Encoding.UTF8.GetString(bytes.Span), () => bytes);

    private static InputRow File(string modality, string path)
    {
        Present(path);
        return new InputRow(modality, path, () => System.IO.File.ReadAllBytes(path));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(string path)
    {
        Present(path);
        ReadOnlyMemory<byte> rest = System.IO.File.ReadAllBytes(path);
        if (rest.Span.StartsWith(ByteOrderMark)) rest = rest[ByteOrderMark.Length..];
        var json = Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase);
        for (var number = 1; rest.Length > 0; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.EndsWith("\r"u8)) line = line[..^1];
            if (!json) yield return line;
            else if (!line.Span.Trim(" \t"u8).IsEmpty) yield return JsonString(line, path, number);
        }
    }

    private static byte[] JsonString(ReadOnlyMemory<byte> line, string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Encoding.UTF8.GetBytes(document.RootElement.GetString() ?? throw new InvalidOperationException("null"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new BadInputException($"{path}, line {number}: expected one JSON string, such as \"a cat\", but it is none.");
        }
    }

    private static void Present(string path)
    {
        if (!System.IO.File.Exists(path))
            throw new BadInputException($"{path}: there is no such file.");
    }
}
