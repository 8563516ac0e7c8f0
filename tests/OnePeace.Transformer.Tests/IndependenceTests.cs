using OnePeace.Modalities;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class IndependenceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("retrieval_val_copy0")]       // attention biases, which hide padding officially too
    [InlineData("retrieval_flags_all_off")]   // no biases: officially padding is attended to
    [InlineData("retrieval_flags_all_on")]
    public void A_text_in_a_padded_batch_equals_the_same_text_alone(string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", name);
        using var model = ReferenceModel.Build(reference);
        var tokens = reference.Input("src_tokens");
        var longer = cat([tokens, ones(tokens.shape[0], 5, ScalarType.Int64)], dim: 1);   // 1 is padding
        var batch = model.Embed("text", Text(longer));
        for (var i = 0; i < tokens.shape[0]; i++)
        {
            var length = tokens[i].ne(1).sum().item<long>();
            var alone = model.Embed("text", Text(tokens.narrow(0, i, 1).narrow(1, 0, length)));
            output.WriteLine($"{length} tokens: {Difference.Check($"text {i}", batch.narrow(0, i, 1), alone):e1}");
        }
    }

    [Theory]
    [InlineData("retrieval_val_copy0")]
    [InlineData("retrieval_flags_all_off")]
    [InlineData("retrieval_flags_all_on")]
    public void A_clip_in_a_padded_batch_equals_the_same_clip_alone_and_the_official_result_of_it(string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", name);
        using var model = ReferenceModel.Build(reference);
        var (waveform, mask) = (reference.Input("src_audios"), reference.Input("audio_padding_masks"));
        var batch = model.Embed("audio", Audio(waveform, mask));
        for (var i = 0; i < waveform.shape[0]; i++)
        {
            var length = mask[i].logical_not().sum().item<long>();
            var samples = Math.Min(waveform.shape[1], ((length - 1) * 320) + 80);   // the least that makes so many frames
            var (clip, whole) = (waveform.narrow(0, i, 1).narrow(1, 0, samples), mask.narrow(0, i, 1).narrow(1, 0, length));
            var alone = model.Embed("audio", Audio(clip, whole));
            var official = model.Embed("audio", Audio(clip, whole, PaddingMode.Official));
            output.WriteLine($"{length} tokens: {Difference.Check($"clip {i}", batch.narrow(0, i, 1), alone):e1}");
            Difference.Check($"clip {i} officially", alone, official);
        }
    }

    [Fact]
    public void An_item_that_is_nothing_but_padding_harms_nobody()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy0");
        using var model = ReferenceModel.Build(reference);
        var text = model.Modalities["text"];
        var tokens = text.Adaptor.call(reference.Batch("text"));
        foreach (var mode in Enum.GetValues<PaddingMode>())
        {
            var expected = model.Core.call([new Segment(text, tokens)], mode)[0];
            var blank = tokens.PaddingMask.clone();
            blank[1] = true;
            var features = model.Core.call([new Segment(text, tokens with { PaddingMask = blank })], mode)[0];
            Assert.True(features.isfinite().all().item<bool>());
            Difference.Check("the first item", features[0], expected[0]);
        }
    }

    private static ModalityBatch Text(Tensor tokens) => new(new Dictionary<string, Tensor> { ["tokens"] = tokens });

    private static ModalityBatch Audio(Tensor waveform, Tensor mask, PaddingMode mode = PaddingMode.Independent) =>
        new(new Dictionary<string, Tensor> { ["waveform"] = waveform, ["padding_mask"] = mask }) { Padding = mode };
}
