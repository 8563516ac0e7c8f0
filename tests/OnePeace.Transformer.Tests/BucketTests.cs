using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Text;
using OnePeace.Transformer.Checkpoints;
using OnePeace.Transformer.Tests.Checkpoints;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class BucketTests
{
    private static readonly CoreShape Shape = new() { Width = 16, Heads = 1, Layers = 1, ExpertWidth = 8 };

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(512)]
    public void Distances_along_a_line_share_the_official_rows(int bucketSize)
    {
        using var data = new SafetensorsFile(TestFiles.Reference("models/bucket_tables.safetensors"));
        using var expected = data.Read($"token.{bucketSize}");
        Assert.Equal(expected.data<int>().Select(row => (long)row), new TokenBuckets(bucketSize).ByDistance);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(16)]
    public void Distances_on_a_grid_share_the_official_rows(int side)
    {
        using var scope = NewDisposeScope();
        using var data = new SafetensorsFile(TestFiles.Reference("models/bucket_tables.safetensors"));
        var options = new ModalityOptions(new JsonObject { ["bucket_size"] = side, ["rel_bucket_size"] = side, ["use_attn_bias"] = true });
        using var adaptor = new ImageAdaptor(Shape, options);
        var rows = RowsOf(adaptor, new Dictionary<string, Tensor> { [ImageAdaptor.PixelsField] = zeros(1, 3, side * 16, side * 16) });
        Assert.Equal(0, Difference.Relative(rows, data.Read($"image.{side}")));
    }

    [Fact]
    public void The_class_token_of_a_line_has_rows_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var adaptor = new TextAdaptor(Shape, new ModalityOptions(new JsonObject { ["vocabulary"] = 9, ["bucket_size"] = 256, ["use_attn_bias"] = true }));
        var rows = RowsOf(adaptor, new Dictionary<string, Tensor> { [TextAdaptor.TokensField] = zeros(1, 2, ScalarType.Int64) });
        Assert.Equal([513L, 511, 511, 512, 255, 254, 512, 256, 255], rows.data<long>());
    }

    [Fact]
    public void A_sequence_too_long_for_its_table_is_refused_with_the_limit()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => new TokenBuckets(512).Index(1025, CPU));
        Assert.Contains("1024", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_another_size_than_the_relative_grid_is_refused_with_the_size()
    {
        using var scope = NewDisposeScope();
        using var adaptor = new ImageAdaptor(Shape, new ModalityOptions(new JsonObject { ["bucket_size"] = 4, ["rel_bucket_size"] = 4, ["use_attn_bias"] = true }));
        var error = Assert.Throws<ArgumentException>(() => RowsOf(adaptor, new Dictionary<string, Tensor> { [ImageAdaptor.PixelsField] = zeros(1, 3, 96, 96) }));
        Assert.Contains("64 pixels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_longer_than_its_positions_is_refused_with_the_limit()
    {
        using var scope = NewDisposeScope();
        using var adaptor = new TextAdaptor(Shape, new ModalityOptions(new JsonObject { ["vocabulary"] = 9 }));
        var error = Assert.Throws<ArgumentException>(() => adaptor.call(new ModalityBatch(new Dictionary<string, Tensor> { [TextAdaptor.TokensField] = zeros(1, 514, ScalarType.Int64) })));
        Assert.Contains("513", error.Message, StringComparison.Ordinal);
    }

    /// <summary>With a table that counts its rows, the bias is the row.</summary>
    private static Tensor RowsOf(ModalityAdaptor adaptor, IReadOnlyDictionary<string, Tensor> fields)
    {
        using var _ = no_grad();
        adaptor.InitialiseParameters(seed: 1);
        adaptor.eval();
        var table = adaptor.named_parameters().Single(p => p.name == "rel_pos_table_list.0.weight").parameter;
        table.copy_(arange(table.shape[0]).unsqueeze(1));
        return adaptor.call(new ModalityBatch(fields)).Biases[0][0, 0].to(ScalarType.Int64);
    }
}
