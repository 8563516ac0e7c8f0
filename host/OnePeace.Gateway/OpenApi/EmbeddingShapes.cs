using System.ComponentModel;

namespace OnePeace.Gateway.OpenApi;

/// <summary>What <c>POST /v1/embeddings</c> takes, for the OpenAPI document; the body itself is read without reflection.</summary>
internal sealed record EmbeddingsRequestShape
{
    [Description("A name from /v1/models, or 'default'.")]
    public string? Model { get; init; }

    [Description("One input, or several: strings, and items of any attached modality.")]
    public required InputShape Input { get; init; }

    [Description("'float' (default) or 'base64': float32, little-endian.")]
    public string? EncodingFormat { get; init; }

    [Description("Cut the vectors to this length and normalise them again.")]
    public int? Dimensions { get; init; }

    [Description("Accepted and not used.")]
    public string? User { get; init; }
}

/// <summary>What it answers.</summary>
internal sealed record EmbeddingsAnswerShape(string Object, IReadOnlyList<EmbeddingShape> Data, string Model, UsageShape Usage);

/// <summary>One row of the answer.</summary>
internal sealed record EmbeddingShape(string Object, int Index, VectorShape Embedding);

/// <summary>A string, an item, or an array of both: a union, which C# has no word for.</summary>
internal sealed record InputShape;

/// <summary>An array of numbers, or base64.</summary>
internal sealed record VectorShape;

/// <summary>What it cost.</summary>
internal sealed record UsageShape(int PromptTokens, int TotalTokens);

/// <summary>Any error.</summary>
internal sealed record ErrorAnswerShape(ErrorShape Error);

/// <summary>OpenAI's error object.</summary>
internal sealed record ErrorShape(string Message, string Type, string? Param, string Code);
