using OnePeace.Modalities.Image;
using OnePeace.Modalities.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video.Tests;

public class VideoAdaptorTests(ITestOutputHelper output)
{
    private const int P = DemoModel.Patches;

    public static TheoryData<string> Stills =>
        ["still.png", .. Directory.GetFiles(Path.Combine(Clips.Root, "tests/data/reference/image/inputs")).Order()];

    [Theory]
    [MemberData(nameof(Stills))]
    public void A_still_image_has_the_vector_that_the_image_modality_gives_it(string file)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel();
        var bytes = File.ReadAllBytes(Path.Combine(Clips.Samples, file));
        var (image, video) = (model.EmbedImage(bytes), model.EmbedVideo(Clips.Preprocessor().Prepare(bytes)));
        var cosine = nn.functional.cosine_similarity(image.to(ScalarType.Float64), video.to(ScalarType.Float64)).item<double>();
        output.WriteLine($"1 - cosine: {1 - cosine:e1}, largest difference: {image.sub(video).abs().max().item<float>():e1}");
        Assert.InRange(cosine, 0.999999, 1.000001);
        var other = model.EmbedVideo(DemoModel.Noise(1, 1));
        Assert.InRange(nn.functional.cosine_similarity(image, other).item<float>(), -1, 0.99999f);   // the model tells pictures apart
    }

    [Fact]
    public void A_clip_in_a_padded_batch_equals_the_same_clip_alone()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel().WithTimes();
        PreparedInput[] clips = [DemoModel.Noise(1, 1), DemoModel.Noise(8, 2), DemoModel.Noise(3, 3)];
        var together = model.EmbedVideo(clips);
        for (var i = 0; i < clips.Length; i++)
            Assert.InRange(Distance(together.narrow(0, i, 1), model.EmbedVideo(clips[i])), 0, 1e-5);
        Assert.InRange(Distance(together.narrow(0, 0, 1), together.narrow(0, 2, 1)), 1e-4, 10);
    }

    [Fact]
    public void The_order_of_frames_counts_once_there_are_positions_in_time()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel();
        var clip = DemoModel.Noise(4, 4);
        var turned = DemoModel.Frames(clip, 3, 2, 1, 0);
        Assert.InRange(Distance(model.EmbedVideo(turned), model.EmbedVideo(clip)), 0, 1e-5);
        model.WithTimes();
        Assert.InRange(Distance(model.EmbedVideo(turned), model.EmbedVideo(clip)), 1e-3, 10);
    }

    [Fact]
    public void Two_tokens_share_the_images_bias_whatever_their_frames()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel();
        var table = model.Video.get_parameter(RelativeTables.Name(0))!;
        table.copy_(arange(table.shape[0], ScalarType.Float32).unsqueeze(1).expand(-1, table.shape[1]));
        var bias = model.Video.Adaptor.call(DemoModel.Batch(DemoModel.Noise(3, 5))).Biases[0];   // [1, H, L, L]
        var image = ImageGrid.RelativeIndex(4);
        Assert.Equal([1, 4, (3 * P) + 1, (3 * P) + 1], bias.shape);
        var rows = bias[0, 1].data<float>().ToArray();
        for (var query = 0; query <= 3 * P; query++)
        {
            for (var key = 0; key <= 3 * P; key++)
                Assert.Equal(image[(InFrame(query) * (P + 1)) + InFrame(key)], (long)rows[(query * ((3 * P) + 1)) + key]);
        }
    }

    [Fact]
    public void Frames_of_another_size_stretch_the_positions_as_images_do()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var options = new ModalityOptions().With("bucket_size", 4).With("rel_bucket_size", 6).With("image_size", 96);
        var shape = new CoreShape { Width = 16, Heads = 2, Layers = 1, ExpertWidth = 8 };
        using var image = new ImageAdaptor(shape, options);
        using var video = new VideoAdaptor(shape, options);
        image.InitialiseParameters(3);
        foreach (var (name, parameter) in video.named_parameters())
        {
            if (name == "temporal_embed") parameter.zero_();
            else parameter.copy_(image.get_parameter(name)!);
        }
        var pixels = randn(2, 3, 96, 96);
        var expected = image.call(new ModalityBatch(new Dictionary<string, Tensor> { ["pixels"] = pixels }));
        var actual = video.call(new ModalityBatch(new Dictionary<string, Tensor> { ["frames"] = pixels.unsqueeze(1), ["padding_mask"] = zeros(2, 1, ScalarType.Bool) }));
        Assert.Equal(0, Distance(actual.Embeddings, expected.Embeddings));
        Assert.False(actual.PaddingMask.any().item<bool>());
    }

    [Fact]
    public void More_frames_than_positions_in_time_or_frames_that_fit_no_table_are_refused()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel(frames: 2);
        Assert.Contains("at most 2 frames", Assert.Throws<ArgumentException>(() => model.EmbedVideo(DemoModel.Noise(3, 6))).Message);
        using var decoder = new VideoAdaptor(model.Video.Shape, model.Video.Options.With("vision_encoder_type", "none"));
        Assert.Contains("only decode", Assert.Throws<InvalidOperationException>(() => decoder.call(DemoModel.Batch(DemoModel.Noise(1, 7)))).Message);
    }

    [Fact]
    public void Every_weight_starts_from_the_seed_and_positions_in_time_from_zero()
    {
        using var _ = no_grad();
        using var model = new DemoModel();
        foreach (var parameter in model.Video.parameters()) parameter.fill_(float.NaN);
        model.Video.InitialiseParameters(seed: 7);
        Assert.All(model.Video.named_parameters(), p => Assert.True(p.parameter.isfinite().all().item<bool>(), p.name));
        Assert.Equal(0, model.Video.get_parameter("adapter.temporal_embed")!.abs().max().item<float>());
        Assert.NotEqual(0, model.Video.get_parameter("adapter.pos_embed")!.abs().max().item<float>());
    }

    internal static double Distance(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.shape, actual.shape);
        return actual.sub(expected).abs().max().item<float>();
    }

    /// <summary>The token's place in its own frame: 0 for CLS, then the patches.</summary>
    private static int InFrame(int token) => token == 0 ? 0 : ((token - 1) % P) + 1;
}
