using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>Cleans captions of training data as <c>BaseDataset.process_text</c> does. Serving does not: there, text is encoded as it comes.</summary>
public static class TrainingText
{
    /// <summary>Lowers, drops leading punctuation, makes each run of white space one space, trims.</summary>
    /// <param name="text">The caption.</param>
    /// <param name="maxWords">Keep at most so many space-separated words.</param>
    public static string Normalise(string text, int? maxWords = null)
    {
        var cleaned = Collapse(PythonCase.Lower(text).TrimStart([.. ",.!?*#:;~"])).TrimEnd('\n').Trim(' ');
        return maxWords is { } limit ? string.Join(' ', cleaned.Split(' ').Take(limit)) : cleaned;
    }

    /// <summary>Replaces two or more white-space characters in a row, or a tab, by one space; another single one stays.</summary>
    private static string Collapse(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && IsSpace(text[end]))
                end++;
            if (end == at)
                collapsed.Append(text[at++]);
            else
            {
                collapsed.Append(end - at > 1 || text[at] == '\t' ? ' ' : text[at]);
                at = end;
            }
        }
        return collapsed.ToString();
    }

    /// <summary>Python's <c>re</c> counts the separators U+001C to U+001F as white space; .NET and the byte-pair pattern do not.</summary>
    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
}
