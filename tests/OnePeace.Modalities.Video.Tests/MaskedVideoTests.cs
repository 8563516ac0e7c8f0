using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using OnePeace.Transformer.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video.Tests;

public class MaskedVideoTests
{
    private const int P = DemoModel.Patches;

    [Fact]
    public void Preserving_everything_changes_nothing()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel().WithTimes();
        var clip = DemoModel.Noise(3, 1);
        var masked = model.Features(DemoModel.Batch(Rows(All(3)), clip));
        Assert.InRange(VideoAdaptorTests.Distance(masked, model.Features(DemoModel.Batch(clip))), 0, 1e-5);
    }

    [Fact]
    public void What_is_preserved_of_one_frame_is_as_that_frame_alone()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel().WithTimes();
        var clip = DemoModel.Noise(3, 2);
        var masked = model.Features(DemoModel.Batch(Rows(All(1)), clip));
        Assert.InRange(VideoAdaptorTests.Distance(masked, model.Features(DemoModel.Batch(DemoModel.Frames(clip, 0)))), 0, 1e-5);
    }

    [Fact]
    public void Clips_of_which_different_numbers_are_preserved_do_not_disturb_each_other()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel().WithTimes();
        var (first, second) = (DemoModel.Noise(1, 3), DemoModel.Noise(4, 4));
        long[] few = [0, 3, 7, 11], many = [0, 5, 17, 20, 33, 50, 63];
        var together = model.Features(DemoModel.Batch(Rows([.. few, -1, -1, -1], many), first, second));
        Assert.InRange(VideoAdaptorTests.Distance(together[0].narrow(0, 0, 4), model.Features(DemoModel.Batch(Rows(few), first))[0]), 0, 1e-5);
        Assert.InRange(VideoAdaptorTests.Distance(together[1], model.Features(DemoModel.Batch(Rows(many), second))[0]), 0, 1e-5);
    }

    [Fact]
    public void A_decoder_puts_features_in_their_places_and_mask_tokens_elsewhere()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel().WithTimes();
        using var decoder = new VideoAdaptor(model.Video.Shape, model.Video.Options.With("vision_encoder_type", "none"));
        decoder.InitialiseParameters(8);
        decoder.get_parameter("temporal_embed")!.copy_(model.Video.get_parameter("adapter.temporal_embed")!);
        var (mask, features) = (full([1, DemoModel.Width], 2f), arange(3 * DemoModel.Width, ScalarType.Float32).view(1, 3, DemoModel.Width).div(100));
        var restored = decoder.Restore(DemoModel.Batch(Rows([0, 2, P + 5]), DemoModel.Noise(2, 5)), features, mask);
        Assert.Equal([1, (2 * P) + 1, DemoModel.Width], restored.Embeddings.shape);
        var (space, time) = (decoder.get_parameter("pos_embed")!, decoder.get_parameter("temporal_embed")!);
        Same(features[0, 0] + space[0], restored.Embeddings[0, 0]);
        Same(features[0, 1] + space[2] + time[0], restored.Embeddings[0, 2]);
        Same(features[0, 2] + space[5] + time[1], restored.Embeddings[0, P + 5]);
        Same(mask[0] + space[5] + time[0], restored.Embeddings[0, 5]);
        Same(mask[0] + space[P] + time[1], restored.Embeddings[0, 2 * P]);
    }

    [Fact]
    public void A_denoising_decoder_predicts_every_token_of_every_frame_and_the_loss_reaches_the_positions_in_time()
    {
        using var scope = NewDisposeScope();
        using var model = new DemoModel();
        var options = model.Video.Options.With("vision_encoder_type", "none");
        var module = new ModalityModule(new VideoModality(), model.Video.Shape, options, projects: false);
        var (core, part) = (new TransformerCore(model.Video.Shape), new DenoisingPart(DemoModel.Width, DemoModel.Width));
        foreach (var weights in new nn.Module[] { module, core, part }) weights.InitialiseParameters(1);
        using var decoder = new DenoisingDecoder(core, [new DenoisingBranch(module, part)]);
        var batch = DemoModel.Batch(Rows([0, 3, 9, 20, 40]), DemoModel.Noise(3, 6));
        var predicted = Assert.Single(decoder.Decode([new DenoisingInput(new ModelInput("video", batch), model.Features(batch))]));
        Assert.Equal([1, (3 * P) + 1, DemoModel.Width], predicted.shape);
        predicted.square().sum().backward();
        Assert.NotEqual(0, module.get_parameter("adapter.temporal_embed")!.grad!.abs().sum().item<float>());
    }

    private static void Same(Tensor expected, Tensor actual) => Assert.InRange(VideoAdaptorTests.Distance(actual, expected), 0, 1e-5);

    private static long[] All(int frames) => [.. Enumerable.Range(0, (frames * P) + 1).Select(n => (long)n)];

    private static long[,] Rows(params long[][] rows)
    {
        var table = new long[rows.Length, rows[0].Length];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var at = 0; at < rows[row].Length; at++) table[row, at] = rows[row][at];
        }
        return table;
    }
}
