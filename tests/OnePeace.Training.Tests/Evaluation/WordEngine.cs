using System.Text;
using OnePeace.Engine;
using OnePeace.Modalities;

namespace OnePeace.Training.Tests.Evaluation;

/// <summary>An engine whose vectors have a direction for every word of the input, whatever the modality.</summary>
internal sealed class WordEngine : IEncodingEngine
{
    private const int Dimensions = 64;

    private readonly Dictionary<string, int> _words = [];

    /// <summary>How many inputs were encoded.</summary>
    public int Encoded { get; private set; }

    public Task<IReadOnlyList<Embedding>> EncodeAsync(EncodeWork work, CancellationToken cancellation)
    {
        Encoded += work.Items.Count;
        return Task.FromResult<IReadOnlyList<Embedding>>([.. work.Items.Select((item, i) => new Embedding(Encode(Encoding.UTF8.GetString(item.Parts[0].Bytes.Span), i), 1))]);
    }

    public EngineDescription Describe() => new("words", "", Dimensions, "cpu", "float32", []);

    private float[] Encode(string text, int index)
    {
        if (text.Length == 0) throw new ItemRejectedException(index, InputFault.Malformed, "there is no word in it");
        var vector = new float[Dimensions];
        string[] words = text.Split(' ');
        foreach (var word in words)
        {
            if (!_words.TryGetValue(word, out var place)) _words[word] = place = _words.Count;
            vector[place] = (float)(1 / Math.Sqrt(words.Length));
        }
        return vector;
    }
}
