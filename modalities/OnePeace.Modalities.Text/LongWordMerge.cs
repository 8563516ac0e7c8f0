using System.Text;

namespace OnePeace.Modalities.Text;

/// <summary>Byte-pair merging by lowest id, leftmost first, in n log n: for words of any length.</summary>
internal sealed class LongWordMerge
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;   // keys are bytes, one a character
    private readonly int _longest;

    public LongWordMerge(IReadOnlyList<byte[]> spellings)
    {
        var ids = new Dictionary<string, int>(spellings.Count);
        for (var id = 0; id < spellings.Count; id++)
            ids.TryAdd(Encoding.Latin1.GetString(spellings[id]), id);
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = spellings.Max(spelling => spelling.Length);
    }

    /// <summary>The byte-pair ids of a word.</summary>
    public IReadOnlyList<int> Encode(byte[] word)
    {
        var pieces = new Pieces(this, Encoding.Latin1.GetString(word));
        pieces.Merge();
        return pieces.Ids();
    }

    private int? Find(ReadOnlySpan<char> bytes) => bytes.Length <= _longest && _ids.TryGetValue(bytes, out var id) ? id : null;

    /// <summary>The word in pieces, each known by where it starts; a queue holds every pair that could merge.</summary>
    private sealed class Pieces
    {
        private readonly LongWordMerge _table;
        private readonly string _word;
        private readonly int[] _next;       // start of the piece behind, _word.Length at the end
        private readonly int[] _previous;   // start of the piece before, -1 at the start
        private readonly PriorityQueue<(int Start, int End), long> _pairs;   // lowest id first, then leftmost

        public Pieces(LongWordMerge table, string word)
        {
            (_table, _word) = (table, word);
            _next = [.. Enumerable.Range(1, word.Length)];
            _previous = [.. Enumerable.Range(-1, word.Length)];
            _pairs = new(word.Length);
            for (var start = 0; start < word.Length; start++)
                Offer(start);
        }

        public void Merge()
        {
            while (_pairs.TryDequeue(out var pair, out _))
            {
                var middle = _next[pair.Start];
                if (middle < 0 || middle == _word.Length || _next[middle] != pair.End)
                    continue;   // one of the two has merged with another meanwhile
                Join(pair.Start, middle, pair.End);
            }
        }

        public List<int> Ids()
        {
            var ids = new List<int>();
            for (var start = 0; start < _word.Length; start = _next[start])
                ids.Add(_table.Find(_word.AsSpan(start, _next[start] - start))!.Value);
            return ids;
        }

        private void Join(int start, int middle, int end)
        {
            _next[start] = end;
            _next[middle] = -1;   // no longer the start of a piece
            if (end < _word.Length)
                _previous[end] = start;
            Offer(start);
            if (_previous[start] >= 0)
                Offer(_previous[start]);
        }

        private void Offer(int start)
        {
            var middle = _next[start];
            if (middle < _word.Length && _table.Find(_word.AsSpan(start, _next[middle] - start)) is { } id)
                _pairs.Enqueue((start, _next[middle]), ((long)id << 32) | (uint)start);
        }
    }
}
