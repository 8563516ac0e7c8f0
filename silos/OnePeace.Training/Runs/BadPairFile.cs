using System.Text.Json;
using OnePeace.Files;
using OnePeace.Training.Data;

namespace OnePeace.Training.Runs;

/// <summary>The pairs that a stage left out, as JSON lines: the first hundred that it met, also before it was stopped.</summary>
internal sealed class BadPairFile(string path)
{
    private readonly SortedDictionary<(bool Validation, int Index), BadPair> _pairs = Read(path);

    /// <summary>Those to train on, then those to validate on.</summary>
    public IReadOnlyCollection<BadPair> Pairs => _pairs.Values;

    /// <summary>Adds pairs and writes the file anew; there is none without a bad pair.</summary>
    public void Write(IReadOnlyList<BadPair> listed)
    {
        var known = _pairs.Count;
        foreach (var pair in listed.Where(pair => _pairs.ContainsKey(Key(pair)) || _pairs.Count < BadPairs.MostListed)) _pairs[Key(pair)] = pair;
        if (_pairs.Count == known) return;
        DurableFile.Write(path, stream =>
        {
            foreach (var pair in _pairs.Values)
            {
                JsonSerializer.Serialize(stream, pair, HistoryJson.Default.BadPair);
                stream.WriteByte((byte)'\n');
            }
        });
    }

    private static (bool Validation, int Index) Key(BadPair pair) => (pair.Validation, pair.Index);

    private static SortedDictionary<(bool Validation, int Index), BadPair> Read(string path)
    {
        var pairs = new SortedDictionary<(bool Validation, int Index), BadPair>();
        if (!File.Exists(path)) return pairs;
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                if (JsonSerializer.Deserialize(line, HistoryJson.Default.BadPair) is { } pair) pairs[Key(pair)] = pair;
            }
        }
        catch (JsonException)
        {
            // somebody changed it: what is missing is met again
        }
        return pairs;
    }
}
