using System.Text;

namespace OnePeace.Modalities.Text.Tests;

public class BytePairTests
{
    [Theory]
    [InlineData(" it's we'll '90s", " it|'s| we|'ll| '|90|s")]
    [InlineData("!!'s", "!!'|s")]
    [InlineData("  a\t\tb  ", " | a|\t|\t|b|  ")]
    [InlineData("\U00010428\U00010428x1\u00B2\u2163?", "\U00010428\U00010428x|1\u00B2\u2163|?")]   // letters beyond the BMP are letters
    [InlineData("a\u001Cb\u0085c", "a|\u001C|b|\u0085|c")]
    [InlineData("a\u001C b", "a|\u001C| b")]
    [InlineData("a \u001C", "a| \u001C")]   // a separator is not white space to the pattern
    [InlineData("e\u0301", "e|\u0301")]
    public void Words_are_split_by_the_official_pattern(string text, string expected)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length; at += words[^1].Length)
            words.Add(text.Substring(at, GptWords.First(text.AsSpan(at))));
        Assert.Equal(expected, string.Join('|', words));
    }

    [Fact]
    public void Long_words_merge_as_the_tokenizer_library_merges()
    {
        var random = new Random(7);
        var library = new BytePairEncoder(Vocabulary.Official);
        var merge = new LongWordMerge(Vocabulary.Official.Spellings);
        string[] alphabets = ["ab", "the", "0123456789", "=-_", "abcdefghijklmnopqrstuvwxyz", "\u00E9\u4E16\u754C"];
        for (var n = 0; n < 300; n++)
        {
            var alphabet = alphabets[n % alphabets.Length];
            var word = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var merged = merge.Encode(Encoding.UTF8.GetBytes(word)).Select(id => Vocabulary.Official.DictionaryIds[id]);
            Assert.Equal(library.Encode(word, int.MaxValue), merged);
        }
    }
}
