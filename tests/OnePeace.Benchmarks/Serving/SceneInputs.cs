using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Client;

namespace OnePeace.Benchmarks.Serving;

/// <summary>Captions and pictures of a data set that no run trains on. Each carries its request's number, so that no two are the same bytes and none could come from a cache.</summary>
internal sealed class SceneInputs
{
    private static readonly string[] Manifests = ["heldout.jsonl", "validation-text-image.jsonl"];

    private readonly string[] _captions;
    private readonly byte[][] _pictures;

    /// <param name="data">A folder of <c>onepeace dataset make</c>.</param>
    public SceneInputs(string data)
    {
        JsonNode[] lines = [.. Manifests.SelectMany(manifest => File.ReadLines(Path.Combine(data, manifest))).Select(line => JsonNode.Parse(line)!)];
        _captions = [.. lines.Select(line => (string)line["text"]!)];
        _pictures = [.. lines.Select(line => File.ReadAllBytes(Path.Combine(data, (string)line["image"]!)))];
    }

    public EmbeddingInput Text(int number) => EmbeddingInput.Of("text", Encoding.UTF8.GetBytes($"{_captions[number % _captions.Length]}, {number}"));

    /// <summary>Decoders stop at a picture's end; the number stands after it.</summary>
    public EmbeddingInput Image(int number) => EmbeddingInput.Of("image", (byte[])[.. _pictures[number % _pictures.Length], .. BitConverter.GetBytes(number)]);
}
