using System.Text;

namespace OnePeace.Client;

/// <summary>One item to embed: one part, or several that become one vector.</summary>
public sealed record EmbeddingInput
{
    private EmbeddingInput(IReadOnlyList<InputPart> parts, string? fusion)
    {
        Parts = parts;
        Fusion = fusion;
    }

    internal IReadOnlyList<InputPart> Parts { get; }

    internal string? Fusion { get; }

    /// <summary>Text for the server's text modality.</summary>
    public static EmbeddingInput Text(string text) => new([new InputPart(null, Encoding.UTF8.GetBytes(text))], null);

    /// <summary>One input of any attached modality: encoded media, or UTF-8.</summary>
    public static EmbeddingInput Of(string modality, ReadOnlyMemory<byte> bytes) => new([new InputPart(modality, bytes)], null);

    /// <summary>Several inputs as one vector: each encoded alone, then averaged; or all in one sequence.</summary>
    /// <exception cref="ArgumentException">A part is itself fused, or a bare text: name its modality.</exception>
    public static EmbeddingInput Fused(bool joint, params IReadOnlyList<EmbeddingInput> parts) => new(
        [.. parts.Select(p => p is { Fusion: null, Parts: [{ Modality: not null } part] }
            ? part
            : throw new ArgumentException("A part of a fused input is one input with its modality's name."))],
        joint ? "joint" : "mean");
}

/// <param name="Modality">Null: a bare string.</param>
internal readonly record struct InputPart(string? Modality, ReadOnlyMemory<byte> Bytes);

/// <summary>What else a request says.</summary>
/// <param name="Model">A model's name, or <c>default</c>.</param>
/// <param name="Dimensions">Cuts the vectors to this length; null leaves them whole.</param>
public sealed record EmbeddingOptions(string Model = "default", int? Dimensions = null);

/// <summary>The vectors, in the order of the inputs.</summary>
public sealed record EmbeddingResult(string Model, IReadOnlyList<float[]> Vectors, long Tokens);
