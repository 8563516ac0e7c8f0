using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OnePeace.Cli;
using OnePeace.Cli.Inputs;
using OnePeace.Cli.Outputs;
using OnePeace.Platform.Tests.Processes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Platform.Tests;

/// <summary>The three formats of vectors.</summary>
public sealed class OutputTests : IDisposable
{
    private static readonly float[][] Vectors = [[1, -0.5f, 1e-30f], [0.1f, float.Epsilon, -1]];

    private static readonly InputRow[] Rows = [new("text", "a \"cat\"", () => default), new("smell", "b.bin", () => default)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Npy_is_what_NumPy_writes()
    {
        VectorFile.Write(_folder["x.npy"], Rows, Vectors);
        var bytes = File.ReadAllBytes(_folder["x.npy"]);
        Assert.Equal([0x93, .. "NUMPY\u0001\0"u8], bytes[..8]);
        var start = 10 + BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, start % 64);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Encoding.ASCII.GetString(bytes[10..start]).TrimEnd());
        Assert.Equal((byte)'\n', bytes[start - 1]);
        Assert.Equal(Vectors.SelectMany(v => v), MemoryMarshal.Cast<byte, float>(bytes.AsSpan(start)).ToArray());
    }

    [Fact]
    public void Jsonl_has_one_object_a_row_and_loses_no_digit()
    {
        VectorFile.Write(_folder["x.jsonl"], Rows, Vectors);
        var lines = File.ReadAllLines(_folder["x.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["a \"cat\"", "b.bin"], lines.Select(line => line.GetProperty("input").GetString()));
        Assert.Equal([0, 1], lines.Select(line => line.GetProperty("index").GetInt32()));
        Assert.Equal(Vectors, lines.Select(line => line.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray()));
    }

    [Fact]
    public void Safetensors_holds_one_tensor_named_embeddings()
    {
        VectorFile.Write(_folder["x.safetensors"], Rows, Vectors);
        using var file = new SafetensorsFile(_folder["x.safetensors"]);
        var (name, info) = Assert.Single(file.Weights);
        Assert.Equal("embeddings", name);
        Assert.Equal([2, 3], info.Shape);
        using var embeddings = file.Read(name);
        Assert.Equal(Vectors.SelectMany(v => v), embeddings.data<float>().ToArray());
    }

    [Fact]
    public void Another_extension_is_bad_usage_and_a_missing_folder_bad_input()
    {
        Assert.Throws<BadUsageException>(() => VectorFile.Check(_folder["x.csv"]));
        Assert.Throws<BadInputException>(() => VectorFile.Check(Path.Combine(_folder["none"], "x.npy")));
    }
}
