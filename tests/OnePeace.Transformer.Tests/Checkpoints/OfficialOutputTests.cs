using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Official checkpoints give the official vectors.</summary>
public sealed class OfficialOutputTests : IDisposable
{
    private const double Tolerance = 1e-5;   // norm(a - b) / norm(b)

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("retrieval_fp32.pt", "retrieval_fp32")]
    [InlineData("retrieval_fp16.pt", "retrieval_fp16")]
    [InlineData("retrieval_bf16.pt", "retrieval_bf16")]
    [InlineData("retrieval_cfg_namespace.pt", "retrieval_fp16")]
    [InlineData("retrieval_args_namespace.pt", "retrieval_fp16")]
    [InlineData("retrieval_cfg_dictconfig.pt", "retrieval_fp16")]
    [InlineData("retrieval_fp32_strided_shared.pt", "retrieval_fp32_strided_shared")]
    [InlineData("pretrain_stage1_fp16.pt", "pretrain_stage1_to_retrieval_vl")]
    public void A_checkpoint_gives_the_official_vectors(string file, string outputs)
    {
        using var source = ModelSources.Open(TestFiles.Reference($"ckpt/{file}"));
        AssertOutputs(source, outputs);
    }

    [Fact]
    public void A_checkpoint_with_relative_buckets_gives_the_official_vectors()
    {
        using var source = ModelSources.Open(TestFiles.Unzip("ckpt/retrieval_fp16_with_rp_bucket.pt.gz", _files.At("with_rp_bucket.pt")));
        AssertOutputs(source, "retrieval_fp16");
        Assert.Contains(source.Skipped, s => s.Name == "encoder_wrapper.text_adapter.rp_bucket");
    }

    [Fact]
    public void A_converted_checkpoint_gives_the_official_vectors()
    {
        using (var official = ModelSources.Open(TestFiles.Reference("ckpt/retrieval_fp32.pt")))
            ModelDirectory.Write(official, _files.At("model"));

        using var source = ModelSources.Open(_files.At("model"));
        AssertOutputs(source, "retrieval_fp32");
    }

    private static void AssertOutputs(ModelSource source, string outputs)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        using var inputs = new SafetensorsFile(TestFiles.Reference("ckpt/inputs.safetensors"));
        using var expected = new SafetensorsFile(TestFiles.Reference($"ckpt/{outputs}.out.safetensors"));
        using var model = ModelLoader.Load(source, Plugins.Find, type: ScalarType.Float32);
        foreach (var name in expected.Weights.Keys)
        {
            var modality = name["out.".Length..];
            var embedding = model.Embed(modality, Batch(modality, inputs));
            var official = expected.Read(name);
            Assert.True(((embedding - official).norm() / official.norm()).ToDouble() < Tolerance, $"{name} is off by {((embedding - official).norm() / official.norm()).ToDouble():e2}.");
        }
    }

    private static ModalityBatch Batch(string modality, SafetensorsFile inputs) => new(modality switch
    {
        "text" => new Dictionary<string, Tensor> { ["tokens"] = inputs.Read("in.src_tokens") },
        "image" => new Dictionary<string, Tensor> { ["pixels"] = inputs.Read("in.src_images").to(ScalarType.Float32) },
        _ => new Dictionary<string, Tensor>
        {
            ["waveform"] = inputs.Read("in.src_audios").to(ScalarType.Float32),
            ["padding_mask"] = inputs.Read("in.audio_padding_masks"),
        },
    }) { Padding = PaddingMode.Official };
}
