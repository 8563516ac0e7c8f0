using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Tests.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Reference;

/// <summary>One case of the reference: configuration, weights, inputs and what the official code made of them.</summary>
internal sealed class ReferenceCase : IDisposable
{
    public static readonly IReadOnlyList<IModality> Plugins = [new TextModality(), new ImageModality(), new AudioModality()];

    private readonly List<SafetensorsFile> _weights;   // where two hold a key, the first one counts
    private readonly SafetensorsFile _inputs;

    public ReferenceCase(string folder, string name)
    {
        set_num_threads(1);
        Json = JsonNode.Parse(File.ReadAllText(TestFiles.Reference($"{folder}/{name}.json")))!.AsObject();
        Data = new SafetensorsFile(TestFiles.Reference($"{folder}/{(string)Json["data"]!}"));
        _weights = [.. Json["weights"]!.AsArray().Reverse().Select(file => new SafetensorsFile(TestFiles.Reference($"{folder}/{(string)file!}")))];
        var shared = (string?)Json["inputs"] ?? (Data.Weights.Keys.Any(k => k.StartsWith("in.", StringComparison.Ordinal)) ? null : "retrieval_val_copy0.data.safetensors");
        _inputs = shared is null ? Data : new SafetensorsFile(TestFiles.Reference($"{folder}/{shared}"));
    }

    public JsonObject Json { get; }

    /// <summary>Inputs and outputs.</summary>
    public SafetensorsFile Data { get; }

    public JsonObject ModelConfig => Json["cfg"]!["model"]!.AsObject();

    /// <summary>The modalities that this case's model has.</summary>
    public IEnumerable<IModality> Modalities => Plugins.Where(p => (string?)Json["head_type"] switch
    {
        null => (bool)ModelConfig["encoder"]![$"use_{p.Name}_moe"]!,
        "val" => true,
        "vl" => p.Name is "text" or "image",
        "al" => p.Name is "text" or "audio",
        var only => p.Name == only,
    });

    /// <summary>Every weight by official key, as the official code would save them; without the buffers that are computed.</summary>
    public IReadOnlyDictionary<string, long[]> StateDictionary => Json["state_dict_keys"]!.AsObject()
        .Where(k => !OfficialNames.IsComputed(OfficialNames.Parse(k.Key)!.Value))
        .ToDictionary(k => k.Key, k => k.Value!.AsArray().Select(side => (long)side!).ToArray());

    public bool HasInput(string name) => _inputs.Weights.ContainsKey($"in.{name}");

    /// <summary>An input by its official name; half precision is stored losslessly and comes back as float32.</summary>
    public Tensor Input(string name) => Float(_inputs.Read($"in.{name}"));

    /// <summary>A weight by its official key, or null.</summary>
    public Tensor? Weight(string key) => _weights.FirstOrDefault(w => w.Weights.ContainsKey(key)) is { } file ? Float(file.Read(key)) : null;

    public IReadOnlyDictionary<string, long[]> WeightShapes(ModelPart part, string modality) => _weights.SelectMany(w => w.Weights)
        .Select(w => (Local: OfficialNames.Parse(w.Key)!.Value, w.Value.Shape))
        .Where(w => w.Local.Part == part && w.Local.Modality == modality)
        .DistinctBy(w => w.Local.Name).ToDictionary(w => w.Local.Name, w => w.Shape);

    public CoreShape Shape(string side = "encoder")
    {
        var config = ModelConfig[side]!;
        return new CoreShape
        {
            Width = (int)config["embed_dim"]!,
            Heads = (int)config["attention_heads"]!,
            Layers = (int)config["layers"]!,
            ExpertWidth = (int)config["ffn_embed_dim"]!,
            MagnetoScaleAttention = (bool)config["magneto_scale_attn"]!,
            ScaleAttention = (bool)config["scale_attn"]!,
            ScaleExpert = (bool)config["scale_fc"]!,
            ScaleHeads = (bool)config["scale_heads"]!,
            LayerScale = (bool)config["use_layer_scale"]!,
            TablePerLayer = (string)Json["model"]! == "one_peace_classify" || ((bool?)ModelConfig["copy_rel_pos_table"] ?? false),
            DropPath = (double)config["drop_path_rate"]!,
            Dropout = (double)config["dropout"]!,
            AttentionDropout = (double)config["attention_dropout"]!,
        };
    }

    /// <summary>A modality's options, completed from the weights.</summary>
    public ModalityOptions Options(IModality modality, string side = "encoder")
    {
        var part = side == "encoder" ? ModelPart.Modality : ModelPart.DecoderModality;
        var options = ModelConfig[side]![$"{modality.Name}_adapter"]!.DeepClone().AsObject();
        if (side == "encoder") options["task"] = Json["cfg"]!["task"]!.DeepClone();
        return modality.CompleteOptions(new ModalityOptions(options), WeightShapes(part, modality.Name));
    }

    /// <summary>One modality's batch of this case's inputs; null where the case has none.</summary>
    /// <param name="modality">Its name.</param>
    /// <param name="preserved">Official name of the preserved positions, or null.</param>
    /// <param name="second">Whether the second image of a pair.</param>
    public ModalityBatch Batch(string modality, string? preserved = null, bool second = false)
    {
        var fields = modality switch
        {
            "text" => new Dictionary<string, Tensor> { [TextAdaptor.TokensField] = Input("src_tokens") },
            "image" => new() { [ImageAdaptor.PixelsField] = Input(second ? "src_images_2" : "src_images") },
            _ => new() { [AudioAdaptor.WaveformField] = Input("src_audios"), [AudioAdaptor.PaddingField] = Input("audio_padding_masks") },
        };
        if (second && modality == "image") fields[ImageAdaptor.SecondField] = ones(Input("src_images").shape[0], ScalarType.Bool);
        return new ModalityBatch(fields) { Padding = PaddingMode.Official, Preserved = preserved is null ? null : Input(preserved) };
    }

    public void Dispose()
    {
        _weights.ForEach(w => w.Dispose());
        _inputs.Dispose();
        Data.Dispose();
    }

    private static Tensor Float(Tensor stored) => stored.dtype == ScalarType.Float16 ? stored.to(ScalarType.Float32) : stored;
}
