using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace OnePeace.Training.Recipes;

/// <summary>What the JSON reader complains of, in the words of who writes recipes.</summary>
internal static partial class RecipeMistake
{
    public static string Describe(JsonException mistake)
    {
        var where = mistake.Path is { Length: > 2 } path ? path[2..] : "the recipe";
        var message = mistake.Message;
        if (Unknown().Match(message) is { Success: true } unknown) return $"'{where}' is no key that it has; expected {string.Join(", ", Keys(unknown.Groups["type"].Value))}.";
        if (Missing().Match(message) is { Success: true } missing) return $"expected {missing.Groups["keys"].Value} in {where}, but got nothing.";
        if (Conversion().Match(message) is { Success: true } conversion) return $"expected {Kind(TypeAt(conversion.Groups["type"].Value, where))} as '{where}', but got something else.";
        if (Double().Match(message) is { Success: true } twice) return $"'{twice.Groups["key"].Value}' is there twice: leave one out.";
        if (Null().IsMatch(message)) return $"'{where}' must not be null: give a value, or leave it out.";
        return $"line {mistake.LineNumber + 1}, byte {mistake.BytePositionInLine + 1}: {Place().Replace(message, "")}";
    }

    private static IEnumerable<string> Keys(string type) => Properties(type).Where(IsKey).Select(p => p.Name);

    private static IEnumerable<JsonPropertyInfo> Properties(string type) =>
        typeof(RecipeMistake).Assembly.GetType(type) is { } known && RecipeJson.Default.GetTypeInfo(known) is { } info ? info.Properties : [];

    /// <summary>Of a key that must be there, the reader names the type of the object that lacks it.</summary>
    private static string TypeAt(string type, string where) =>
        Properties(type).FirstOrDefault(p => where.EndsWith($".{p.Name}", StringComparison.Ordinal) || where == p.Name)?.PropertyType.FullName ?? type;

    private static bool IsKey(JsonPropertyInfo property) => property.Set is not null || property.AssociatedParameter is not null;

    private static string Kind(string type) => type switch
    {
        "System.Int32" or "System.Int64" => "a whole number",
        "System.Double" => "a number",
        "System.Boolean" => "true or false",
        "System.String" => "text",
        "OnePeace.Training.Objectives.Teacher" => "'alone' or 'joint'",
        _ when type.Contains("Dictionary", StringComparison.Ordinal) => "an object",
        _ when type.Contains("List", StringComparison.Ordinal) => "a list",
        _ => "an object",
    };

    [GeneratedRegex(@"could not be mapped to any \.NET member contained in type '(?<type>[^']+)'")]
    private static partial Regex Unknown();

    [GeneratedRegex("missing required properties including: (?<keys>.+?)\\.($| Path)")]
    private static partial Regex Missing();

    [GeneratedRegex(@"could not be converted to (?<type>\S+?)\.? Path")]
    private static partial Regex Conversion();

    [GeneratedRegex("Duplicate property '(?<key>[^']+)'")]
    private static partial Regex Double();

    [GeneratedRegex("doesn't allow (setting|getting) null values|null value", RegexOptions.IgnoreCase)]
    private static partial Regex Null();

    [GeneratedRegex(@" (Path: \S+ \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.")]
    private static partial Regex Place();
}
