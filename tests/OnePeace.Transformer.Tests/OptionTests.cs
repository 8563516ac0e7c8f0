using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Audio;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Text;

namespace OnePeace.Transformer.Tests;

public class OptionTests
{
    [Fact]
    public void Text_reads_its_vocabulary_and_buckets_off_the_weights()
    {
        var options = new TextModality().CompleteOptions(new ModalityOptions(), new Dictionary<string, long[]>
        {
            ["adapter.embed_tokens.weight"] = [200, 64],
            ["adapter.rel_pos_table_list.0.weight"] = [202, 4],
            ["adapter.type_embedding"] = [1, 1, 64],
        });
        Assert.Equal(200, options.Int32("vocabulary", 0));
        Assert.Equal(100, options.Int32("bucket_size", 0));
        Assert.True(options.Boolean("use_attn_bias", false));
        Assert.True(options.Boolean("add_type_embedding", false));
        Assert.False(options.Boolean("layernorm_embedding", true));
    }

    [Fact]
    public void What_is_set_stays_set()
    {
        var options = new AudioModality().CompleteOptions(
            new ModalityOptions(new JsonObject { ["bucket_size"] = 7 }),
            new Dictionary<string, long[]> { ["adapter.rel_pos_table.weight"] = [1026, 4] });
        Assert.Equal(7, options.Int32("bucket_size", 0));
    }

    [Theory]
    [InlineData(null, 4, 64)]   // the relative table's own grid
    [InlineData(96, 6, 96)]     // the task's picture size decides, and the table will be stretched
    public void An_image_takes_its_size_from_the_task_or_else_from_the_weights(int? taskSize, int relative, int size)
    {
        var given = new JsonObject { ["task"] = new JsonObject { ["patch_image_size"] = taskSize } };
        if (taskSize is not null) given["rel_bucket_size"] = 4;
        var options = new ImageModality().CompleteOptions(new ModalityOptions(given), new Dictionary<string, long[]>
        {
            ["adapter.pos_embed"] = [17, 64],
            ["adapter.rel_pos_table_list.0.weight"] = [52, 4],
            ["adapter.embed_images.weight"] = [64, 3, 16, 16],
        });
        Assert.Equal(4, options.Int32("bucket_size", 0));
        Assert.Equal(relative, options.Int32("rel_bucket_size", 0));
        Assert.Equal(size, options.Int32("image_size", 0));
        Assert.Equal("mlp", options.String("vision_encoder_type"));
    }

    [Fact]
    public void Without_weights_an_image_is_of_the_official_size()
    {
        var options = new ImageModality().CompleteOptions(new ModalityOptions(), new Dictionary<string, long[]>());
        Assert.Equal(256, options.Int32("image_size", 0));
    }

    [Theory]
    [InlineData("image", "vision_encoder_type", "'hmlp', 'mlp' or 'none'")]
    [InlineData("audio", "abs_pos_type", "'conv' or 'fixed'")]
    public void A_switch_that_does_not_exist_is_refused_with_those_that_do(string modality, string key, string expected)
    {
        IModality plugin = modality == "image" ? new ImageModality() : new AudioModality();
        var shape = new CoreShape { Width = 16, Heads = 2, Layers = 1, ExpertWidth = 8 };
        var error = Assert.Throws<InvalidDataException>(() => plugin.CreateAdaptor(shape, new ModalityOptions(new JsonObject { [key] = "nothing" })));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
