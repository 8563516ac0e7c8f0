using System.Globalization;
using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>Splits text into the words that byte-pair encoding never crosses.</summary>
/// <remarks>
/// GPT-2's pattern <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, by hand:
/// .NET's regular expressions see a letter beyond the BMP as two surrogates, not as <c>\p{L}</c>.
/// </remarks>
public static class GptWords
{
    private static readonly string[] _contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <summary>The length of the word that <paramref name="text"/>, not empty and without lone surrogates, starts with.</summary>
    public static int First(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'')
        {
            foreach (var contraction in _contractions)
            {
                if (text.StartsWith(contraction))
                    return contraction.Length;
            }
        }

        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = KindAt(text, start, out _);
        return kind == Kind.Space ? Spaces(text) : Run(text, start, kind);
    }

    /// <summary>A run of spaces leaves its last one to the word that follows, unless it is the only one.</summary>
    private static int Spaces(ReadOnlySpan<char> text)
    {
        var end = Run(text, 0, Kind.Space);
        return end == text.Length || end == 1 ? end : end - 1;   // every space is one UTF-16 unit
    }

    private static int Run(ReadOnlySpan<char> text, int at, Kind kind)
    {
        while (at < text.Length && KindAt(text, at, out var units) == kind)
            at += units;
        return at;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int units)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out units);
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
