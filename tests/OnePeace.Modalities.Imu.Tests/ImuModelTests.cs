using OnePeace.Engine.Batching;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Imu.Tests;

public class ImuModelTests
{
    private static readonly CoreShape Shape = new() { Width = 32, Heads = 4, Layers = 2, ExpertWidth = 64, LayerScaleInit = 0.1 };
    private static readonly ModalityOptions Options = new(new() { ["use_attn_bias"] = true, ["layernorm_embedding"] = true });
    private static readonly byte[][] Samples = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples")).Order().Select(File.ReadAllBytes)];

    [Fact]
    public void A_recording_has_the_same_vector_alone_and_beside_longer_ones_and_in_a_model_made_again()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using OnePeaceModel model = Build(), again = Build();
        var together = model.Embed("imu", Batch(Samples));
        for (var i = 0; i < Samples.Length; i++)
        {
            Assert.True(together[i].allclose(again.Embed("imu", Batch(Samples[i]))[0], rtol: 0, atol: 1e-6));
            Assert.False(together[i].allclose(together[(i + 1) % Samples.Length], rtol: 0, atol: 1e-3));
        }
    }

    [Fact]
    public void What_is_preserved_of_a_recording_is_encoded_and_restored_in_its_places()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = Build();
        var adaptor = model.Modalities["imu"].Adaptor;
        var preserved = tensor(new long[] { 0, 2, 4, 0, 1, -1 }, 2, 3);
        var all = adaptor.call(Batch(Samples[0], Samples[0]));
        var kept = adaptor.call(Batch(preserved, Samples[0], Samples[0]));
        Assert.Equal([2L, 5, 32], all.Embeddings.shape);
        Assert.True(kept.Embeddings[0].allclose(all.Embeddings[0].index_select(0, preserved[0])));
        Assert.Equal([false, false, false, false, false, true], kept.PaddingMask.data<bool>());
        var restored = adaptor.Restore(Batch(preserved, Samples[0], Samples[0]), kept.Embeddings, zeros(1, 32));
        Assert.True((restored.Embeddings[0][1] - restored.Embeddings[1][2]).abs().sum().item<float>() > 0);
        Assert.Equal(all.Embeddings.shape, restored.Embeddings.shape);
    }

    [Fact]
    public async Task Broken_recordings_are_refused_and_nothing_else()
    {
        var random = new Random(5);
        var refused = 0;
        for (var n = 0; n < 3_000; n++)
        {
            var bytes = Samples[n % Samples.Length][..random.Next(1, 1500)];
            for (var change = random.Next(8); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (await Record.ExceptionAsync(async () => await new ImuPreprocessor(Options).PrepareAsync(new RawInput(bytes), default)) is not { } error) continue;
            Assert.IsType<InvalidInputException>(error);
            refused++;
        }
        Assert.InRange(refused, 1, 2_999);
    }

    private static OnePeaceModel Build()
    {
        var model = new OnePeaceModel(new TransformerCore(Shape));
        model.Attach(new ModalityModule(new ImuModality(), Shape, Options));
        model.Core.InitialiseParameters(seed: 1);
        model.Modalities["imu"].InitialiseParameters(seed: 2);
        model.Core.eval();
        model.Modalities["imu"].eval();
        return model;
    }

    private static ModalityBatch Batch(params byte[][] recordings) => Batch(null, recordings);

    private static ModalityBatch Batch(Tensor? preserved, params byte[][] recordings)
    {
        var preprocessor = new ImuPreprocessor(Options);
        return new(BatchAssembly.Stack([.. recordings.Select(r => preprocessor.PrepareAsync(new RawInput(r), default).Result)])) { Preserved = preserved };
    }
}
