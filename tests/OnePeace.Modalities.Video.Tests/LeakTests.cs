using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video.Tests;

[Collection(nameof(CountsTensors))]
public class LeakTests
{
    [Fact]
    public void Repeated_passes_leave_no_tensor_behind()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = new DemoModel();
        var batch = DemoModel.Batch(DemoModel.Noise(2, 1), DemoModel.Noise(3, 2));
        var masked = DemoModel.Batch(new long[,] { { 0, 4, 9 }, { 0, 30, -1 } }, DemoModel.Noise(2, 1), DemoModel.Noise(3, 2));
        using var decoder = new VideoAdaptor(model.Video.Shape, model.Video.Options.With("vision_encoder_type", "none"));
        Pass();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var all = CountAfterCollection();
        for (var i = 0; i < 5; i++) Pass();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(all, CountAfterCollection());

        void Pass()
        {
            model.Model.Embed("video", batch).Dispose();
            using var features = model.Features(masked);
            using var mask = zeros(1, DemoModel.Width);
            var restored = decoder.Restore(masked, features, mask);
            restored.Embeddings.Dispose();
            restored.PaddingMask.Dispose();
            restored.Biases[0].Dispose();
        }
    }

    [Fact]
    public void Disposing_the_modality_frees_every_weight()
    {
        var model = new DemoModel();
        var weights = model.Video.parameters().ToArray();
        Assert.All(weights, w => Assert.False(w.IsInvalid));
        model.Dispose();
        Assert.All(weights, w => Assert.True(w.IsInvalid));
    }

    /// <summary>What other tests forgot must not be finalised while we count.</summary>
    private static long CountAfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}

/// <summary>The number of live tensors is the whole process's: nothing else may run.</summary>
[CollectionDefinition(nameof(CountsTensors), DisableParallelization = true)]
public class CountsTensors;
