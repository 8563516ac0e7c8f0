using System.Text.Json.Nodes;

namespace OnePeace.Modalities.Tests;

public class ModalityOptionsTests
{
    private static readonly ModalityOptions Options = new((JsonObject)JsonNode.Parse(
        """{"bucket_size": 16, "shrink_alpha": 0.5, "use_attn_bias": true, "kind": "conv", "nothing": null, "task": {"patch_image_size": 384}}""")!);

    [Fact]
    public void A_setting_is_read_as_what_it_is_asked_for()
    {
        Assert.Equal(16, Options.Int32("bucket_size", 1));
        Assert.Equal(0.5, Options.Double("shrink_alpha", 1));
        Assert.Equal(16.0, Options.Double("bucket_size", 1));
        Assert.True(Options.Boolean("use_attn_bias", false));
        Assert.Equal("conv", Options.String("kind"));
        Assert.Equal(384, Options.Int32("task.patch_image_size", 1));
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("nothing")]
    [InlineData("task.absent")]
    [InlineData("kind.deeper")]
    public void What_is_absent_or_null_has_the_fallback(string key)
    {
        Assert.Equal(9, Options.Int32(key, 9));
        Assert.False(Options.Contains(key));
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("task")]
    public void Another_kind_of_value_is_refused_by_name(string key)
    {
        var error = Assert.Throws<InvalidDataException>(() => Options.Int32(key, 1));
        Assert.Contains($"'{key}' must be an integer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_copy_leaves_the_original_alone()
    {
        var changed = Options.With("bucket_size", 24);
        Assert.Equal(24, changed.Int32("bucket_size", 0));
        Assert.Equal(16, Options.Int32("bucket_size", 0));
        Assert.Equal(16, changed.Complete("shrink_alpha", 1).Int32("absent", 16));
        Assert.Equal(0.5, changed.Complete("shrink_alpha", 1).Double("shrink_alpha", 0));
    }
}
