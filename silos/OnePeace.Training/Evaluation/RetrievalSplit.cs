using System.Text.Json;

namespace OnePeace.Training.Evaluation;

/// <summary>One split of a data set: <c>NAME.jsonl</c> in the data set's folder, one item a line.</summary>
/// <param name="Folder">Where paths start.</param>
/// <param name="Name">Such as <c>heldout</c>.</param>
/// <param name="Items">In the file's order.</param>
public sealed record RetrievalSplit(string Folder, string Name, IReadOnlyList<RetrievalItem> Items)
{
    private const string Extension = ".jsonl", Id = "id", Group = "group", Attributes = "attributes", Captions = "captions";

    /// <summary>What items have besides their names, each the name of a modality.</summary>
    public IReadOnlyList<string> Modalities { get; } = [.. Items.SelectMany(item => item.Inputs.Keys).Distinct()];

    public IReadOnlyList<string> AttributeNames { get; } = [.. Items.SelectMany(item => item.Attributes.Keys).Distinct()];

    /// <param name="folder">The data set.</param>
    /// <param name="name">The split.</param>
    /// <param name="takesText">Whether a modality's inputs stand in the line itself; else they are files.</param>
    /// <exception cref="InvalidDataException">There is no such split, or a line is not in its form.</exception>
    public static RetrievalSplit Read(string folder, string name, Func<string, bool> takesText)
    {
        if (!Directory.Exists(folder)) throw new InvalidDataException($"{folder}: there is no such folder; name a data set's folder with --data.");
        var path = Path.Combine(folder, name + Extension);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} has no split '{name}'; {Describe(folder)}");
        var items = new List<RetrievalItem>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                items.Add(ReadItem(document.RootElement, folder, takesText));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new InvalidDataException($"{path}, line {number}: expected an object with an \"id\", an input for each modality and, if you like, a \"group\", "
                    + $"\"attributes\" and \"captions\", all of them strings, but the line is not that.", e);
            }
        }
        return items.Count > 0 ? new RetrievalSplit(folder, name, items) : throw new InvalidDataException($"{path}: there is no item in it.");
    }

    private static RetrievalItem ReadItem(JsonElement line, string folder, Func<string, bool> takesText)
    {
        var id = String(line.GetProperty(Id));
        var inputs = new Dictionary<string, string>();
        foreach (var property in line.EnumerateObject())
        {
            if (property.Name is Id or Group || property.Value.ValueKind != JsonValueKind.String) continue;
            var value = String(property.Value);
            inputs[property.Name] = takesText(property.Name) ? value : Path.GetFullPath(Path.Combine(folder, value));
        }
        return new RetrievalItem(id, line.TryGetProperty(Group, out var group) ? String(group) : id, inputs, Strings(line, Attributes), Strings(line, Captions));
    }

    private static Dictionary<string, string> Strings(JsonElement line, string name) => line.TryGetProperty(name, out var values)
        ? values.EnumerateObject().ToDictionary(value => value.Name, value => String(value.Value))
        : [];

    private static string String(JsonElement value) => value.GetString() ?? throw new InvalidOperationException("null");

    private static string Describe(string folder)
    {
        string[] there = [.. Directory.GetFiles(folder, "*" + Extension).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];
        return there.Length > 0 ? $"there are: {string.Join(", ", there)}." : $"there is no {Extension} file in it at all.";
    }
}
