using OnePeace.Contracts.Transformers;

namespace OnePeace.Gateway.Embeddings.Reading;

/// <summary>A request as read from its body.</summary>
internal sealed record EmbeddingRequest
{
    public string Model { get; set; } = "default";

    public List<InputItem> Items { get; set; } = [];

    /// <summary>Vectors as base64 of float32, little-endian, instead of numbers.</summary>
    public bool Base64 { get; set; }

    /// <summary>Vectors are cut to this length and normalised again; null leaves them whole.</summary>
    public int? Dimensions { get; set; }
}

/// <summary>An item, and what to call it in an error: <c>input[3].image</c>.</summary>
internal readonly record struct InputItem(RequestItem Item, string Path);
