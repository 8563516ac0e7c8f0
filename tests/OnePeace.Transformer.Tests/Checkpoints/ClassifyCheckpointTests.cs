using System.Text.Json;
using System.Text.Json.Nodes;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Checkpoints of every reference model, written here as torch.save would write them: fine-tuned ones open like all others.</summary>
public sealed class ClassifyCheckpointTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("classify_vl_grounding", "image,text")]
    [InlineData("classify_al_aqa", "audio,text")]
    [InlineData("classify_audio_cls_pooler", "audio")]
    [InlineData("classify_image_cls", "image")]
    [InlineData("classify_text_attnpool", "text")]
    public void A_classifiers_core_and_modalities_load_and_its_head_stays_behind(string name, string modalities)
    {
        using var source = ModelSources.Open(Checkpoint(name, configured: true));
        using var model = ModelLoader.Load(source, Plugins.Find);

        Assert.Equal(modalities.Split(','), model.Modalities.Keys.Order());
        Assert.All(model.Modalities.Values, m => Assert.False(m.has_parameter("projection.weight")));
        Assert.Contains(source.Skipped, s => s is { Name: "classify_head.classifier.0.weight", Reason: "classification head" });
        Assert.True(source.Shape.TablePerLayer);
    }

    [Theory]
    [InlineData("classify_vl_grounding")]
    [InlineData("classify_audio_cls_pooler")]
    public void Without_a_configuration_the_weights_themselves_show_the_same_shape(string name)
    {
        using var configured = ModelSources.Open(Checkpoint(name, configured: true));
        using var bare = ModelSources.Open(Checkpoint(name, configured: false));
        Assert.Equal(configured.Shape, bare.Shape);
    }

    [Fact]
    public void Two_names_of_one_weight_are_refused()
    {
        var tensor = PickleWriter.Tensor(Persistent.Storage("Float", "0", 1), 0, [1], [1]);
        const string layer = "encoder_wrapper.fusion_model.layers.0";
        var path = Write(new() { [$"{layer}.layer_norms.0.weight"] = tensor, [$"{layer}.self_attn_layer_norm.weight"] = tensor }, null, [new byte[4]]);
        Assert.Contains("old and new names of the same weight", Assert.Throws<InvalidDataException>(() => ModelSources.Open(path)).Message);
    }

    private string Checkpoint(string name, bool configured)
    {
        using var scope = NewDisposeScope();
        using var weights = new SafetensorsFile(TestFiles.Reference($"models/{name}.weights.safetensors"));
        var state = new Dictionary<string, object?>();
        var storages = new List<byte[]>();
        foreach (var key in weights.Weights.Keys)
        {
            var values = weights.Read(key).to(ScalarType.Float32);
            var storage = Persistent.Storage("Float", $"{storages.Count}", values.numel());
            state[key] = PickleWriter.Tensor(storage, 0, [.. values.shape.Cast<object?>()], [.. values.stride().Cast<object?>()]);
            storages.Add(values.bytes.ToArray());
        }
        var facts = JsonNode.Parse(File.ReadAllText(TestFiles.Reference($"models/{name}.json")))!;
        return Write(state, configured ? Plain(facts["cfg"]) : null, storages);
    }

    private string Write(Dictionary<string, object?> state, object? configuration, IReadOnlyList<byte[]> storages)
    {
        var zip = new ZipWriter().Add("archive/data.pkl", PickleWriter.Write(new Dictionary<string, object?> { ["cfg"] = configuration, ["model"] = state }));
        for (var i = 0; i < storages.Count; i++) zip.Add($"archive/data/{i}", storages[i]);
        return _files.With($"{Guid.NewGuid():N}.pt", zip.Finish());
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject items => items.ToDictionary(i => i.Key, i => Plain(i.Value)),
        JsonArray values => values.Select(Plain).ToArray(),
        _ => node?.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.Number => node.AsValue().TryGetValue<long>(out var integer) ? integer : node.GetValue<double>(),
            _ => null,
        },
    };
}
