using System.Text.Json.Nodes;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Serving;

/// <summary>A real modality whose inputs are made from a seed instead of decoded: pixels, samples or ids of varying length.</summary>
internal sealed class GeneratedModality(IModality real, Func<Random, PreparedInput> generate) : IModality, IPreprocessor
{
    public static readonly string[] Names = ["text", "image", "audio"];

    public string Name => real.Name;

    public IReadOnlyList<string> MediaTypes => real.MediaTypes;

    public static IEnumerable<(IModality Modality, ModalityOptions Options)> All(PluginCatalogue catalogue)
    {
        yield return Create(catalogue, "text", Text, new JsonObject { ["vocabulary"] = 100 });
        yield return Create(catalogue, "image", Image, new JsonObject { ["bucket_size"] = 4 });
        yield return Create(catalogue, "audio", Audio, new JsonObject { ["feature_encoder_spec"] = "[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16, 2, 2)] * 2", ["conv_pos_groups"] = 4 });
    }

    public IPreprocessor CreatePreprocessor(ModalityOptions options) => this;

    public ModalityAdaptor CreateAdaptor(CoreShape shape, ModalityOptions options) => real.CreateAdaptor(shape, options);

    public nn.Module<Tensor, Tensor> CreateExpert(CoreShape shape, int layer) => real.CreateExpert(shape, layer);

    public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) =>
        ValueTask.FromResult(generate(new Random(BitConverter.ToInt32(input.Bytes.Span))));

    private static (IModality, ModalityOptions) Create(PluginCatalogue catalogue, string name, Func<Random, PreparedInput> generate, JsonObject options)
    {
        var real = catalogue.Get(name);
        return (new GeneratedModality(real, generate), real.CompleteOptions(new ModalityOptions(options), new Dictionary<string, long[]>()));
    }

    private static PreparedInput Text(Random random)
    {
        long[] ids = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (long)random.Next(4, 100))];
        return new([new InputField("tokens", HostTensor.Create(ids, ids.Length), Padding: 1)], ids.Length + 1);
    }

    private static PreparedInput Image(Random random) =>
        new([new InputField("pixels", HostTensor.Create(Floats(random, 3 * 64 * 64), 3, 64, 64))], 17);

    private static PreparedInput Audio(Random random)
    {
        var samples = random.Next(16_000, 30_000);
        long frames = samples;
        foreach (var (kernel, stride) in new[] { (10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2) }) frames = ((frames - kernel) / stride) + 1;
        return new([new InputField("waveform", HostTensor.Create(Floats(random, samples), samples)),
            new InputField("padding_mask", HostTensor.Create(new bool[frames + 1], frames + 1), Padding: 1)], (int)frames + 1);
    }

    private static float[] Floats(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
