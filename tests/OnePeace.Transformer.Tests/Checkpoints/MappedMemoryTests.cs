using System.Diagnostics;
using System.Globalization;
using OnePeace.Modalities;
using OnePeace.Modalities.Layers.Packing;
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

    /// <summary>8 GB on disk, some minutes: run by <c>-method "*full_size*" -explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public void A_model_of_the_full_size_loads_and_is_used_within_the_memory_of_its_weights()
    {
        ModelGenerator.Create(GeneratedModel.Read(TestFiles.Reference("../../../models/recipes/official-size.json"), Plugins.Find), _files.At("full"));
        var size = Directory.EnumerateFiles(_files.At("full"), "*.safetensors", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        var before = Status("VmRSS");
        var watch = Stopwatch.StartNew();
        using var source = ModelSources.Open(_files.At("full"));
        using var model = ModelLoader.Load(source, Plugins.Find);
        var loaded = Status("VmRSS") - before;
        TestContext.Current.SendDiagnosticMessage($"{size >> 20} MB of weights load in {watch.Elapsed.TotalSeconds:f1} s and take {loaded >> 20} MB.");
        Assert.InRange(loaded, 0, size / 20);

        using (no_grad())
            foreach (var parameter in model.Modalities.Values.SelectMany(m => m.parameters()).Concat(model.Core.parameters()))
                parameter.max().Dispose();
        var used = Status("VmHWM") - before;
        TestContext.Current.SendDiagnosticMessage($"With every weight read, they have taken {used >> 20} MB at most.");
        Assert.InRange(used, size * 9 / 10, size * 11 / 10);
    }

    /// <summary>As served on a CPU: weights are laid out anew when they are first used, those of text alone.</summary>
    [Fact(Explicit = true)]
    public void A_packed_model_of_the_full_size_answers_text_within_the_memory_of_what_text_uses() => AnswerText(quantises: false, most: 1.1);

    [Fact(Explicit = true)]
    public void With_experts_in_int8_a_model_of_the_full_size_answers_text_within_two_thirds_of_that_memory()
    {
        Assert.SkipWhen(Quantisation.Refusal is not null, Quantisation.Refusal ?? "");
        AnswerText(quantises: true, most: 2.0 / 3);
    }

    private void AnswerText(bool quantises, double most)
    {
        ModelGenerator.Create(GeneratedModel.Read(TestFiles.Reference("../../../models/recipes/official-size.json"), Plugins.Find), _files.At("packed"));
        using var source = ModelSources.Open(_files.At("packed"));
        using var model = ModelLoader.Load(source, Plugins.Find);
        var used = model.Core.parameters().Concat(model.Modalities["text"].parameters()).Sum(p => p.numel() * p.element_size());   // packed weights are no parameters any more
        var before = Status("RssAnon");
        var watch = Stopwatch.StartNew();
        model.Core.Pack();
        foreach (var modality in model.Modalities.Values)
        {
            if (quantises) modality.QuantiseExperts();
            modality.Pack();
        }
        EmbedText();
        TestContext.Current.SendDiagnosticMessage($"The first text takes {watch.Elapsed.TotalSeconds:f1} s, later ones {Enumerable.Range(0, 9).Select(_ => EmbedText()).Order().ElementAt(4).TotalMilliseconds:f0} ms.");

        var laidOut = Status("RssAnon") - before;
        TestContext.Current.SendDiagnosticMessage($"{laidOut >> 20} MB are laid out anew, of {used >> 20} MB that text uses, {Resident("packed/") >> 20} MB of files are mapped in besides; of the other modalities' files {(Resident("packed/modalities/image") + Resident("packed/modalities/audio")) >> 20} MB are in memory.");
        Assert.InRange(laidOut, 0, used * most);
        Assert.InRange(Resident("packed/modalities/image") + Resident("packed/modalities/audio"), 0, 32L << 20);

        TimeSpan EmbedText()
        {
            using var mode = inference_mode();
            using var scope = NewDisposeScope();
            var begun = Stopwatch.GetTimestamp();
            model.Embed("text", new ModalityBatch(new Dictionary<string, Tensor> { ["tokens"] = tensor(new long[] { 5, 6, 7, 2 }, [1, 4]) }));
            return Stopwatch.GetElapsedTime(begun);
        }
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

    /// <summary>One of the kernel's figures of this process, in bytes.</summary>
    private static long Status(string figure) =>
        long.Parse(File.ReadLines("/proc/self/status").Single(l => l.StartsWith($"{figure}:", StringComparison.Ordinal))
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;

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
