namespace OnePeace.Modalities.Text.Tests;

public class PythonCaseTests
{
    [Theory]
    [InlineData("\u0130", "i\u0307")]
    [InlineData("\u1E9E \u01C4 \u2163 \u24B6", "\u00DF \u01C6 \u2173 \u24D0")]
    [InlineData("\U00010400", "\U00010428")]
    [InlineData("\u212A\u212B\u2126", "k\u00E5\u03C9")]
    [InlineData("\u13A0\u10A0", "\uAB70\u2D00")]
    public void Letters_map_as_in_python(string text, string expected) => Assert.Equal(expected, PythonCase.Lower(text));

    [Theory]
    [InlineData("\u03A3", "\u03C3")]                              // nothing before
    [InlineData("A\u03A3", "a\u03C2")]                            // a letter before, nothing after
    [InlineData("A\u03A3B", "a\u03C3b")]                          // a letter after
    [InlineData("A\u03A3 B", "a\u03C2 b")]                        // a space ends the word
    [InlineData("A'\u0301\u03A3", "a'\u0301\u03C2")]              // ignorable characters before
    [InlineData("A\u03A3.\u00B7B", "a\u03C3.\u00B7b")]            // ignorable characters after, then a letter
    [InlineData("\u2163\u03A3\U0001F130", "\u2173\u03C3\U0001F130")]   // cased without being letters
    [InlineData("1\u03A3", "1\u03C3")]
    [InlineData("\u02B0\u03A3", "\u02B0\u03C3")]                  // a modifier letter is ignorable first
    [InlineData("\u039F\u0394\u039F\u03A3 \u039F\u0394\u039F\u03A3", "\u03BF\u03B4\u03BF\u03C2 \u03BF\u03B4\u03BF\u03C2")]
    public void Sigma_is_final_only_at_the_end_of_a_word(string text, string expected) => Assert.Equal(expected, PythonCase.Lower(text));
}
