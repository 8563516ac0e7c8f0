using System.Text;
using Microsoft.ML.Tokenizers;

namespace OnePeace.Modalities.Text;

/// <summary>Turns text into dictionary ids: words of GPT-2's pattern, byte pairs merged by lowest id, each mapped to the dictionary.</summary>
/// <remarks>
/// Words go through Microsoft.ML.Tokenizers, whose tiktoken merges are GPT-2's. Its time grows with the square of a word's length (2 s for
/// 64 KB without a space), so that words which no language has go through <see cref="LongWordMerge"/>.
/// </remarks>
public sealed class BytePairEncoder
{
    private const int LongWord = 256;

    private readonly IReadOnlyList<int> _dictionaryIds;
    private readonly HashSet<int> _wordStarts;   // dictionary ids
    private readonly TiktokenTokenizer _words;
    private readonly LongWordMerge _longWords;

    public BytePairEncoder(Vocabulary vocabulary)
    {
        _dictionaryIds = vocabulary.DictionaryIds;
        _wordStarts = [.. vocabulary.DictionaryIds.Where((_, id) => vocabulary.Spellings[id][0] == ' ')];
        using var ranks = new MemoryStream();
        for (var id = 0; id < vocabulary.Spellings.Count; id++)
            ranks.Write(Encoding.ASCII.GetBytes($"{Convert.ToBase64String(vocabulary.Spellings[id])} {id}\n"));
        ranks.Position = 0;
        _words = TiktokenTokenizer.Create(ranks, preTokenizer: null, normalizer: null);
        _longWords = new LongWordMerge(vocabulary.Spellings);
    }

    /// <summary>Whether what a dictionary id spells begins with a space.</summary>
    public bool StartsWord(int dictionaryId) => _wordStarts.Contains(dictionaryId);

    /// <summary>The first <paramref name="limit"/> dictionary ids of <paramref name="text"/>; what follows is not looked at.</summary>
    public List<int> Encode(string text, int limit)
    {
        var ids = new List<int>();
        for (var at = 0; at < text.Length && ids.Count < limit;)
        {
            var word = text.AsSpan(at, GptWords.First(text.AsSpan(at)));
            at += word.Length;
            foreach (var id in word.Length > LongWord ? _longWords.Encode(Encoding.UTF8.GetBytes(word.ToString())) : _words.EncodeToIds(word))
                ids.Add(_dictionaryIds[id]);
        }
        return ids.Count > limit ? ids[..limit] : ids;
    }
}
