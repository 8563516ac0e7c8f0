using System.Security.Cryptography;
using System.Text.Json;
using OnePeace.Modalities;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>A core as a file, <c>core.safetensors</c>: its weights, and its shape among the metadata. Same core, same bytes, same hash.</summary>
public static class CoreFile
{
    private const string ShapeKey = "core";

    /// <summary>SHA-256 of the file that <see cref="Write"/> would write with the weights' own types, lower-case hexadecimal; writes nothing.</summary>
    public static string Hash(IWeightSource core, CoreShape shape)
    {
        using var hash = SHA256.Create();
        using (var sink = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            SafetensorsWriter.Write(sink, core.ToWrite(null), Metadata(shape));
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>SHA-256 of a file's bytes, lower-case hexadecimal.</summary>
    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <param name="path">The file; replaced as a whole.</param>
    /// <param name="core">The weights by local name.</param>
    /// <param name="shape">Their architecture.</param>
    /// <param name="type">What floating point weights become; null leaves them as they are.</param>
    public static void Write(string path, IWeightSource core, CoreShape shape, ScalarType? type = null) =>
        SafetensorsWriter.Write(path, core.ToWrite(type), Metadata(shape));

    private static Dictionary<string, string> Metadata(CoreShape shape) =>
        new() { [ShapeKey] = JsonSerializer.Serialize(shape, ModelJson.Compact.CoreShape) };
}
