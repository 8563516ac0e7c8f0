using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

public class MaskedPositionsTests
{
    [Fact]
    public void What_was_gathered_returns_to_its_places_among_mask_tokens()
    {
        using var scope = NewDisposeScope();
        var tokens = arange(1, 11, dtype: ScalarType.Float32).view(1, 5, 2).expand(2, 5, 2);
        var preserved = tensor(new long[] { 0, 2, 4, 0, 3, -1 }, 2, 3);

        var kept = MaskedPositions.Gather(tokens, MaskedPositions.Gathered(preserved));
        var restored = MaskedPositions.Scatter(kept, preserved, full(1, 2, -1f), 5);

        Assert.Equal([1f, 2, 5, 6, 9, 10], kept[0].data<float>());
        Assert.Equal([1f, 2, -1, -1, 5, 6, -1, -1, 9, 10], restored[0].data<float>());
        Assert.Equal([1f, 2, -1, -1, -1, -1, 7, 8, -1, -1], restored[1].data<float>());
        Assert.Equal([false, false, false, false, false, true], MaskedPositions.Padding(preserved).data<bool>());
    }

    [Fact]
    public void A_decoder_without_preserved_positions_says_what_to_set()
    {
        var batch = new ModalityBatch(new Dictionary<string, Tensor>());
        Assert.Contains("Preserved", Assert.Throws<InvalidOperationException>(() => MaskedPositions.Require(batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_is_missing_is_named_with_those_that_are_there()
    {
        using var scope = NewDisposeScope();
        var batch = new ModalityBatch(new Dictionary<string, Tensor> { ["tokens"] = zeros(1) });
        Assert.True(batch.Contains("tokens"));
        var error = Assert.Throws<KeyNotFoundException>(() => batch["pixels"]);
        Assert.Contains("'pixels'", error.Message, StringComparison.Ordinal);
        Assert.Contains("tokens", error.Message, StringComparison.Ordinal);
    }
}
