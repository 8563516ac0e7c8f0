using System.Buffers.Binary;
using System.Text.Json;

namespace OnePeace.Modalities.Image.Tests;

/// <summary>The stored results of the official code.</summary>
internal static class Reference
{
    private static readonly string _folder = RepositoryFolder.At("tests/data/reference/image");
    private static readonly byte[] _file = File.ReadAllBytes(Path.Combine(_folder, "image.safetensors"));
    private static readonly int _headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(_file);
    private static readonly JsonElement _tensors = JsonDocument.Parse(_file.AsMemory(8, _headerLength)).RootElement;

    /// <summary>File names of all stored tensors of a kind (<c>rgb</c>, <c>resized64</c>).</summary>
    public static TheoryData<string> Files(string kind) =>
        [.. _tensors.EnumerateObject().Where(tensor => tensor.Name.StartsWith(kind + ".")).Select(tensor => tensor.Name[(kind.Length + 1)..])];

    public static byte[] Input(string name) => File.ReadAllBytes(Path.Combine(_folder, "inputs", name));

    public static ReadOnlySpan<byte> Tensor(string name)
    {
        var offsets = _tensors.GetProperty(name).GetProperty("data_offsets");
        return _file.AsSpan(8 + _headerLength)[offsets[0].GetInt32()..offsets[1].GetInt32()];
    }
}
