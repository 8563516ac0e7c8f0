using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Checkpoints;

public sealed class TorchCheckpointTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("retrieval_cfg_namespace.pt", "retrieval_fp16.pt")]
    [InlineData("retrieval_args_namespace.pt", "retrieval_fp16.pt")]
    [InlineData("retrieval_cfg_dictconfig.pt", "retrieval_fp16.pt")]
    [InlineData("retrieval_fp32_strided_shared.pt", "retrieval_fp32.pt")]
    public void Checkpoints_of_the_same_weights_read_the_same(string file, string same)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = new TorchCheckpoint(TestFiles.Reference($"ckpt/{file}"));
        using var expected = new TorchCheckpoint(TestFiles.Reference($"ckpt/{same}"));

        Assert.Equal(expected.Weights.Keys.Order(), checkpoint.Weights.Keys.Order());
        foreach (var name in expected.Weights.Keys)
            Assert.True(checkpoint.Read(name).eq(expected.Read(name)).all().ToBoolean(), name);
    }

    [Fact]
    public void The_buffers_of_a_checkpoint_with_relative_buckets_read_too()
    {
        using var checkpoint = new TorchCheckpoint(TestFiles.Unzip("ckpt/retrieval_fp16_with_rp_bucket.pt.gz", _files.At("unzipped.pt")));
        using var bucket = checkpoint.Read("encoder_wrapper.text_adapter.rp_bucket");

        Assert.Equal([1024, 1024], bucket.shape);
        Assert.Equal(ScalarType.Int64, bucket.dtype);
    }

    [Theory]
    [InlineData("retrieval_fp16.pt")]
    [InlineData("retrieval_cfg_namespace.pt")]
    [InlineData("retrieval_args_namespace.pt")]
    [InlineData("retrieval_cfg_dictconfig.pt")]
    public void Every_form_of_configuration_becomes_the_same_json(string file)
    {
        using var checkpoint = new TorchCheckpoint(TestFiles.Reference($"ckpt/{file}"));
        var encoder = checkpoint.Configuration!["model"]!["encoder"]!;

        Assert.Equal(32, (long)encoder["embed_dim"]!);
        Assert.True((bool)encoder["magneto_scale_attn"]!);
        Assert.Equal(1e-6, (double)encoder["layer_scale_init_value"]!);
        Assert.Equal("[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16,2,2)] + [(16,2,2)]", (string)encoder["audio_adapter"]!["feature_encoder_spec"]!);
    }

    [Fact]
    public void Stored_types_are_kept()
    {
        foreach (var (file, type) in new[] { ("fp32", ScalarType.Float32), ("fp16", ScalarType.Float16), ("bf16", ScalarType.BFloat16) })
        {
            using var checkpoint = new TorchCheckpoint(TestFiles.Reference($"ckpt/retrieval_{file}.pt"));
            Assert.Equal(type, checkpoint.Weights["text_proj.weight"].Type);
        }
    }
}
