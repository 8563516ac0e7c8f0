using OnePeace.Contracts.Transformers;

namespace OnePeace.Gateway.Embeddings.Writing;

/// <summary>What <c>POST /v1/embeddings</c> answers.</summary>
/// <param name="Base64">In JSON: float32 bytes as base64 instead of numbers.</param>
internal sealed record EmbeddingAnswer(string Model, IReadOnlyList<ItemVector> Vectors, bool Base64)
{
    public long Tokens => Vectors.Sum(v => (long)v.Tokens);
}
