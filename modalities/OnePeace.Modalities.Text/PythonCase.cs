using System.Globalization;
using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>Lower case as Python's <c>str.lower()</c> gives it: full Unicode mapping, with the two cases that a mapping rune by rune misses.</summary>
public static class PythonCase
{
    private const int CapitalSigma = 0x3A3;
    private const int CapitalDottedI = 0x130;

    /// <summary>MidLetter, MidNumLet and Single_Quote of Unicode's word breaking: part of Case_Ignorable beside five general categories.</summary>
    private const string IgnorablePunctuation = "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

    /// <param name="text">Without lone surrogates.</param>
    public static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        var lowered = new StringBuilder(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, at);
            var next = at + rune.Utf16SequenceLength;
            if (rune.Value == CapitalDottedI)
                lowered.Append("i\u0307");
            else if (rune.Value == CapitalSigma)
                lowered.Append(EndsCased(text.AsSpan(0, at)) && !StartsCased(text.AsSpan(next)) ? 'ς' : 'σ');
            else
                lowered.Append(Rune.ToLowerInvariant(rune));
            at = next;
        }
        return lowered.ToString();
    }

    private static bool EndsCased(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeLastFromUtf16(text, out var rune, out var used);
            if (!IsIgnorable(rune))
                return IsCased(rune);
            text = text[..^used];
        }
        return false;
    }

    private static bool StartsCased(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out var rune, out var used);
            if (!IsIgnorable(rune))
                return IsCased(rune);
            text = text[used..];
        }
        return false;
    }

    private static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || (rune.IsBmp && IgnorablePunctuation.Contains((char)rune.Value));

    /// <summary>Unicode's Cased, of runes that are not ignorable: the cased letters, Other_Lowercase and Other_Uppercase.</summary>
    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
