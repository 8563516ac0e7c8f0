using OnePeace.Transformer.Tests.Checkpoints;
using OnePeace.Transformer.Tests.Reference;

namespace OnePeace.Transformer.Tests;

public class WeightNameTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var folder in (string[])["models", "pretrain"])
                foreach (var file in Directory.EnumerateFiles(TestFiles.Reference(folder), "*.json").Order(StringComparer.Ordinal))
                    if (File.ReadAllText(file).Contains("\"state_dict_keys\"", StringComparison.Ordinal))
                        data.Add(folder, Path.GetFileNameWithoutExtension(file));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Names_and_shapes_of_all_weights_are_the_official_ones(string folder, string name)
    {
        using var reference = new ReferenceCase(folder, name);
        var ours = new Dictionary<string, long[]>();
        using (var model = ReferenceModel.Build(reference, load: false))
        {
            Add(ReferenceModel.Keys(model.Core, ModelPart.Core));
            foreach (var modality in model.Modalities.Values) Add(ReferenceModel.Keys(modality, ModelPart.Modality, modality.Name));
            if ((string)reference.Json["model"]! != "one_peace_classify") Add(ReferenceModel.Keys(model.LogitScale, ModelPart.LogitScale));
        }
        if ((string)reference.Json["model"]! == "one_peace_classify")
        {
            using var head = ReferenceModel.BuildHead(reference, load: false);
            Add(ReferenceModel.Keys(head, ModelPart.Head));
        }
        if ((string)reference.Json["model"]! == "one_peace_pretrain")
        {
            using var decoder = ReferenceModel.BuildDecoder(reference, load: false);
            Add(ReferenceModel.Keys(decoder.Core, ModelPart.DecoderCore));
            foreach (var (modality, part) in decoder.Branches.Values)
            {
                Add(ReferenceModel.Keys(modality, ModelPart.DecoderModality, modality.Name));
                Add(ReferenceModel.Keys(part, ModelPart.Denoising, modality.Name));
            }
        }
        var official = reference.StateDictionary;
        Assert.Equal(Lines(official), Lines(ours));

        void Add(IEnumerable<KeyValuePair<string, long[]>> weights)
        {
            foreach (var (key, shape) in weights) ours.Add(key, shape);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_official_key_translates_there_and_back(string folder, string name)
    {
        using var reference = new ReferenceCase(folder, name);
        foreach (var (key, _) in reference.Json["state_dict_keys"]!.AsObject())
            Assert.Equal(key, OfficialNames.Format(OfficialNames.Parse(key)!.Value));
    }

    [Theory]
    [InlineData("encoder_wrapper.fusion_model.layers.3.lidar_scan_ffn.0.wi_0.weight", ModelPart.Modality, "lidar_scan", "experts.3.0.wi_0.weight")]
    [InlineData("encoder_wrapper.lidar_scan_adapter.points.weight", ModelPart.Modality, "lidar_scan", "adapter.points.weight")]
    [InlineData("encoder_wrapper.fusion_model.lidar_scan_layer_norm.bias", ModelPart.Modality, "lidar_scan", "norm.bias")]
    [InlineData("lidar_scan_proj.bias", ModelPart.Modality, "lidar_scan", "projection.bias")]
    [InlineData("decoder_lidar_scan_embed.weight", ModelPart.Denoising, "lidar_scan", "embed.weight")]
    [InlineData("lidar_scan_mask_token", ModelPart.Denoising, "lidar_scan", "mask_token")]
    [InlineData("lidar_scan_mask_head.weight", ModelPart.Denoising, "lidar_scan", "mask_head.weight")]
    public void A_modality_nobody_has_thought_of_has_official_keys_too(string key, ModelPart part, string modality, string local)
    {
        Assert.Equal(new LocalName(part, modality, local), OfficialNames.Parse(key));
        Assert.Equal(key, OfficialNames.Format(new(part, modality, local)));
    }

    [Fact]
    public void The_oldest_layer_norm_names_are_understood() => Assert.Equal(
        new LocalName(ModelPart.Core, null, "layers.7.final_layer_norm.weight"),
        OfficialNames.Parse("encoder_wrapper.fusion_model.layers.7.layer_norms.1.weight"));

    [Theory]
    [InlineData("something.else")]
    [InlineData("encoder_wrapper.")]
    [InlineData("")]
    public void What_is_no_official_key_is_nothing(string key) => Assert.Null(OfficialNames.Parse(key));

    private static IEnumerable<string> Lines(IEnumerable<KeyValuePair<string, long[]>> weights) =>
        weights.Select(w => $"{w.Key} [{string.Join(", ", w.Value)}]").Order(StringComparer.Ordinal);
}
