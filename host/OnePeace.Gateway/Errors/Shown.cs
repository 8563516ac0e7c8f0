namespace OnePeace.Gateway.Errors;

/// <summary>What a sender wrote, fit to be repeated in a message or a log line: short, and without control characters.</summary>
internal static class Shown
{
    private const int Longest = 64;

    public static string Name(string text) => Text(text, Longest);

    public static string Text(string text, int longest)
    {
        var cut = text.Length > longest ? string.Concat(text.AsSpan(0, longest), "…") : text;
        return cut.Any(IsUnfit) ? string.Concat(cut.Select(c => IsUnfit(c) ? $"\\u{(int)c:x4}" : c.ToString())) : cut;
    }

    private static bool IsUnfit(char c) => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029';
}
