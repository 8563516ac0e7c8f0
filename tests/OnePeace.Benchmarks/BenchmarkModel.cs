using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Text;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks;

/// <summary>Random models of two sizes with the official wiring, and one prepared input of every modality: 32 text tokens, a 224 px image, 5 s of sound.</summary>
internal static class BenchmarkModel
{
    private const int ImageSize = 224;
    private const int Vocabulary = 50264;

    private static readonly Dictionary<string, (IModality Plugin, ModalityOptions Options)> Plugins = new()
    {
        ["text"] = (new TextModality(), Options(new JsonObject { ["vocabulary"] = Vocabulary })),
        ["image"] = (new ImageModality(), Options(new JsonObject { ["bucket_size"] = 14, ["rel_bucket_size"] = 14, ["image_size"] = ImageSize })),
        ["audio"] = (new AudioModality(), Options(new JsonObject { ["bucket_size"] = 512 })),
    };

    /// <summary>The two sizes measured.</summary>
    public static CoreShape Shape(string size) => size switch
    {
        "small" => new CoreShape { Width = 128, Heads = 4, Layers = 4, ExpertWidth = 512, LayerScaleInit = 0.1 },
        "base" => new CoreShape { Width = 384, Heads = 6, Layers = 12, ExpertWidth = 1536, LayerScaleInit = 0.1 },
        _ => throw new ArgumentException($"The sizes are small and base, not '{size}'.", nameof(size)),
    };

    public static OnePeaceModel Create(string size, string modality)
    {
        var shape = Shape(size);
        var model = new OnePeaceModel(new TransformerCore(shape));
        model.Core.InitialiseParameters(seed: 1);
        var (plugin, options) = Plugins[modality];
        var module = new ModalityModule(plugin, shape, options);
        module.InitialiseParameters(seed: 2);
        model.Attach(module);
        model.Core.eval();
        module.eval();
        return model;
    }

    /// <summary>A batch of random inputs of the measured length.</summary>
    public static Dictionary<string, Tensor> Inputs(string modality, int batch)
    {
        using var generator = new Generator(3);
        return modality switch
        {
            "text" => new() { ["tokens"] = randint(4, Vocabulary - 8, [batch, 31], dtype: ScalarType.Int64, generator: generator) },
            "image" => new() { ["pixels"] = randn([batch, 3, ImageSize, ImageSize], generator: generator) },
            _ => new() { ["waveform"] = randn([batch, 80_000], generator: generator), ["padding_mask"] = zeros([batch, 250], ScalarType.Bool) },
        };
    }

    private static ModalityOptions Options(JsonObject values)
    {
        values["use_attn_bias"] = true;
        return new ModalityOptions(values);
    }
}
