using System.Text;
using OnePeace.Engine;

namespace OnePeace.Training.Evaluation;

/// <summary>Vectors of inputs, each made once however often it is needed.</summary>
public sealed class VectorStore(IEncodingEngine engine)
{
    /// <summary>Inputs in one request to the engine, which makes its own batches of them: as many as may be read into memory at once.</summary>
    private const int AtOnce = 64;

    private readonly Dictionary<RetrievalInput, float[]> _vectors = [];

    /// <exception cref="KeyNotFoundException">It was not added.</exception>
    public float[] this[RetrievalInput input] => _vectors[input];

    /// <summary>Encodes inputs that are not there yet.</summary>
    /// <param name="inputs">Any, repetitions included.</param>
    /// <param name="done">Told how many more are done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">One is missing or cannot be encoded.</exception>
    public async Task AddAsync(IEnumerable<RetrievalInput> inputs, Action<int> done, CancellationToken cancellation)
    {
        foreach (var chunk in inputs.Distinct().Where(input => !_vectors.ContainsKey(input)).ToList().Chunk(AtOnce))
        {
            var parts = chunk.Select(input => new EncodeItem([new EncodePart(input.Modality, Bytes(input))])).ToList();
            try
            {
                var embeddings = await engine.EncodeAsync(new EncodeWork(parts) { Deadline = DateTimeOffset.MaxValue }, cancellation).ConfigureAwait(false);
                foreach (var (input, embedding) in chunk.Zip(embeddings)) _vectors[input] = embedding.Vector;
            }
            catch (ItemRejectedException e)
            {
                throw new InvalidDataException($"{chunk[e.Index].Modality} {chunk[e.Index].Value}: {e.Message}", e);
            }
            done(chunk.Length);
        }
    }

    private static byte[] Bytes(RetrievalInput input)
    {
        if (input.IsText) return Encoding.UTF8.GetBytes(input.Value);
        return File.Exists(input.Value) ? File.ReadAllBytes(input.Value)
            : throw new InvalidDataException($"{input.Value}: there is no such file, but the data set names it as {input.Modality}.");
    }
}
