using System.Text.Json.Nodes;

namespace OnePeace.Cli.Outputs;

/// <summary>What a command found or did, on stdout: lines for people, or one JSON object with <c>--json</c>.</summary>
internal static class Report
{
    public static void Print(bool asJson, JsonObject facts)
    {
        if (asJson)
        {
            Console.Out.WriteLine(facts.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
            return;
        }
        foreach (var (name, value) in facts) PrintFact(name, value, indent: 0);
    }

    private static void PrintFact(string name, JsonNode? value, int indent)
    {
        var margin = new string(' ', indent);
        switch (value)
        {
            case JsonObject inner when inner.Count > 0:
                Console.Out.WriteLine($"{margin}{name}:");
                foreach (var (key, part) in inner) PrintFact(key, part, indent + 2);
                break;
            case JsonArray { Count: > 0 } list when list[0] is JsonObject:
                Console.Out.WriteLine($"{margin}{name}:");
                foreach (var part in list) PrintFact("-", part, indent + 2);
                break;
            case JsonArray list:
                Console.Out.WriteLine($"{margin}{name}: {string.Join(", ", list)}");
                break;
            default:
                Console.Out.WriteLine($"{margin}{name}: {value}");
                break;
        }
    }
}
