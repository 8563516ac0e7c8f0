using System.Globalization;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>A loaded model is its file: memory is taken when weights are used, and only theirs.</summary>
public sealed class MappedMemoryTests : IDisposable
{
    private const int Layers = 6;

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Loading_takes_no_memory_for_weights_and_encoding_text_touches_only_what_text_uses()
    {
        // 6 layers of width 768: about 160 MB in bfloat16, most of it experts.
        var shape = new CoreShape { Width = 768, Heads = 12, Layers = Layers, ExpertWidth = 3072 };
        ModelGenerator.Create(new GeneratedModel("large", shape,
        [
            (Plugins.Find("text"), new ModalityOptions().With("vocabulary", 2000)),
            (Plugins.Find("image"), new ModalityOptions()),
        ]) { Type = ScalarType.BFloat16 }, _files.At("large"));
        var size = Directory.EnumerateFiles(_files.At("large"), "*.safetensors", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.InRange(size, 150L << 20, 300L << 20);

        OnePeaceModel model;
        using (var source = ModelSources.Open(_files.At("large"))) model = ModelLoader.Load(source, Plugins.Find);
        using (model)
        {
            Assert.InRange(Resident("core.safetensors") + Resident("text/weights.safetensors") + Resident("image/weights.safetensors"), 0, size / 10);

            using var gradients = no_grad();
            using var scope = NewDisposeScope();
            var embedding = model.Embed("text", new ModalityBatch(new Dictionary<string, Tensor> { ["tokens"] = tensor(new long[] { 5, 6, 7, 2 }, [1, 4]) }));

            Assert.Equal(1, embedding.to(ScalarType.Float32).norm().ToDouble(), tolerance: 0.01);
            Assert.InRange(Resident("core.safetensors"), 1L << 20, size);
            Assert.InRange(Resident("text/weights.safetensors"), 1L << 20, size);
            Assert.InRange(Resident("image/weights.safetensors"), 0, 8L << 20);
        }
        Assert.Equal(0, Resident("large"));
    }

    [Fact]
    public void Different_inputs_of_a_generated_model_get_clearly_different_vectors()
    {
        ModelGenerator.Create(new GeneratedModel("small", new CoreShape { Width = 64, Heads = 4, Layers = 3, ExpertWidth = 128 },
            [(Plugins.Find("text"), new ModalityOptions().With("vocabulary", 500))]), _files.At("small"));
        using var source = ModelSources.Open(_files.At("small"));
        using var model = ModelLoader.Load(source, Plugins.Find);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();

        var vectors = model.Embed("text", new ModalityBatch(new Dictionary<string, Tensor> { ["tokens"] = randint(3, 500, [16, 12], ScalarType.Int64, generator: new Generator(1)) }));
        var similarities = vectors.mm(vectors.t()) - eye(16) * 2;

        Assert.InRange(similarities.max().ToDouble(), -1, 0.95);
    }

    /// <summary>Bytes of a mapped file that are in memory, by the kernel's account.</summary>
    private static long Resident(string file)
    {
        var (bytes, counts) = (0L, false);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (char.IsAsciiHexDigitLower(line[0]) && line.Contains('-', StringComparison.Ordinal)) counts = line.Contains(file, StringComparison.Ordinal);
            else if (counts && line.StartsWith("Rss:", StringComparison.Ordinal)) bytes += long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        return bytes;
    }
}
