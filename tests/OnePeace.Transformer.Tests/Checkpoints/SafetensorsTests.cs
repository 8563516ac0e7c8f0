using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_reference_file_reads_whole()
    {
        foreach (var path in Directory.EnumerateFiles(TestFiles.Reference("."), "*.safetensors", SearchOption.AllDirectories))
        {
            using var file = new SafetensorsFile(path);
            foreach (var (name, info) in file.Weights)
            {
                using var tensor = file.Read(name);
                Assert.Equal(info.Shape, tensor.shape);
                Assert.Equal(info.Type, tensor.dtype);
            }
        }
    }

    [Fact]
    public void Every_type_comes_back_as_it_was_written()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var written = types.ToDictionary(t => t.ToString(), t => arange(15).view(3, 5).to(t));
        written["scalar"] = tensor(7.5f);
        written["nothing"] = zeros(0, 4);
        written["transposed"] = arange(6, ScalarType.Float32).view(2, 3).t();
        var path = _files.At("types.safetensors");
        SafetensorsWriter.Write(path, written, new Dictionary<string, string> { ["maker"] = "a \"test\"" });

        using var file = new SafetensorsFile(path);

        Assert.Equal(written.Keys.Order(), file.Weights.Keys.Order());
        Assert.Equal("a \"test\"", file.Metadata["maker"]);
        foreach (var (name, value) in written) Assert.True(file.Read(name).eq(value).all().ToBoolean() && file.Weights[name].Shape.SequenceEqual(value.shape), name);
    }

    [Fact]
    public void The_same_tensors_in_another_order_make_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        Tensor a = ones(3), b = zeros(2, 2, dtype: ScalarType.Int64);
        SafetensorsWriter.Write(_files.At("1"), new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        SafetensorsWriter.Write(_files.At("2"), new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a });

        Assert.Equal(File.ReadAllBytes(_files.At("1")), File.ReadAllBytes(_files.At("2")));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var old = ones(3);
        SafetensorsWriter.Write(_files.At("model"), new Dictionary<string, Tensor> { ["a"] = old });
        var before = File.ReadAllBytes(_files.At("model"));

        Assert.Throws<IOException>(() => SafetensorsWriter.Write(_files.At("model"),
            [new TensorToWrite("b", new WeightInfo(ScalarType.Float32, [4]), () => throw new IOException("no more"))]));

        Assert.Equal(before, File.ReadAllBytes(_files.At("model")));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_files.At("model"))!));
    }

    [Fact]
    public void The_mapping_lives_until_its_last_tensor_is_gone()
    {
        var path = WriteOnes("life.safetensors");
        var file = new SafetensorsFile(path);
        Tensor first = file.Read("a"), second = file.Read("a");
        file.Dispose();
        Assert.True(IsMapped(path));
        Assert.Equal(1000, first.sum().ToDouble());

        first.Dispose();
        using (var view = second[..10])
        {
            second.Dispose();
            Assert.True(IsMapped(path));
            Assert.Equal(10, view.sum().ToDouble());
        }

        Assert.False(IsMapped(path));
        Assert.Throws<ObjectDisposedException>(() => file.Read("a"));
    }

    [Fact]
    public void Writing_into_a_mapped_tensor_does_not_change_the_file()
    {
        var path = WriteOnes("private.safetensors");
        var before = File.ReadAllBytes(path);
        using var file = new SafetensorsFile(path);
        using var tensor = file.Read("a");

        tensor.fill_(5);

        Assert.Equal(5000, tensor.sum().ToDouble());
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    private string WriteOnes(string name)
    {
        using var value = ones(1000);
        SafetensorsWriter.Write(_files.At(name), new Dictionary<string, Tensor> { ["a"] = value });
        return _files.At(name);
    }

    private static bool IsMapped(string path) => File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal);
}
