using System.Text.Json.Nodes;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Parameters;
using OnePeace.Training.Tests.Objectives;
using OnePeace.Transformer.Tests.Checkpoints;
using OnePeace.Transformer.Tests.Reference;

namespace OnePeace.Training.Tests.Optimisation;

public class ParameterGroupTests
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(0.9, "0.9")]
    [InlineData(0.95, "0.95")]
    public void Groups_of_the_second_stage_are_the_official_ones(double layerDecay, string name)
    {
        using var pair = new PretrainingCase("optim_stage2_ld1_clip3", "audio");
        Compare($"groups.stage2_pretrain.layer_decay_{name}", OfficialStages.Aligning("audio").Apply(pair.Parameters), layerDecay);
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(0.9, "0.9")]
    [InlineData(0.95, "0.95")]
    public void Groups_of_retrieval_are_the_official_ones(double layerDecay, string name)
    {
        using var reference = new ReferenceCase("models", "retrieval_flags_dropout_nonzero_eval");
        using var model = ReferenceModel.Build(reference);
        var parameters = ModelParameters.Of(model.Core, [.. reference.Modalities.Select(m => model.Modalities[m.Name])], model.LogitScale);
        Compare($"groups.retrieval_finetune.layer_decay_{name}", parameters, layerDecay);
    }

    [Theory]
    [InlineData("encoder_wrapper.imu_adapter.cls_embedding", false)]
    [InlineData("decoder_wrapper.imu_adapter.cls_embedding", false)]
    [InlineData("decoder_wrapper.text_adapter.cls_embedding", true)]
    [InlineData("encoder_wrapper.imu_adapter.pos_embed", false)]
    [InlineData("decoder_wrapper.imu_adapter.pos_embed", true)]
    [InlineData("encoder_wrapper.imu_adapter.cls_pos_embed", true)]
    [InlineData("imu_mask_token", true)]
    [InlineData("encoder_wrapper.fusion_model.layers.0.imu_ffn.0.wi_0.weight", true)]
    [InlineData("encoder_wrapper.fusion_model.layers.0.imu_ffn.3.bias", false)]
    public void The_rules_hold_for_any_modality(string key, bool decays) => Assert.Equal(decays, ParameterGroups.Decays(key, dimensions: 2));

    private static void Compare(string name, IReadOnlyList<NamedParameter> trained, double layerDecay)
    {
        var expected = JsonNode.Parse(File.ReadAllText(TestFiles.Reference("pretrain/optim_groups.json")))![name]!.AsArray();
        var groups = ParameterGroups.Of(trained, layers: 2, decay: 0.05, layerDecay);
        Assert.Equal(expected.Count, groups.Count);
        foreach (var (official, group) in expected.Zip(groups))
        {
            Assert.Equal((double)official!["lr_scale"]!, group.Scale, 1e-15);
            Assert.Equal((double)official["weight_decay"]!, group.Decay);
            Assert.Equal(official["params"]!.AsArray().Select(p => (string)p!).Order(StringComparer.Ordinal), group.Parameters.Select(p => p.Key).Order(StringComparer.Ordinal));
        }
    }
}
