using System.Text.Json;

namespace OnePeace.Modalities.Text.Tests;

/// <summary>The stored results of the official code.</summary>
internal static class Reference
{
    public static string Folder { get; } = RepositoryFolder.At("tests/data/reference");

    public static JsonElement Tokens { get; } = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "tokens", "tokens.json"))).RootElement;

    public static long[] Ids(this JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt64())];
}
