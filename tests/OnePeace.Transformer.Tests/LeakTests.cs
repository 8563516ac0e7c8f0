using OnePeace.Modalities;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

[Collection(nameof(CountsTensors))]
public class LeakTests
{
    private static readonly string[] Names = ["text", "image", "audio"];

    [Fact]
    public void Repeated_passes_leave_no_tensor_behind()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var reference = new ReferenceCase("models", "retrieval_val_copy1");
        using var model = ReferenceModel.Build(reference);
        var inputs = Names.Select(n => new ModelInput(n, Cut(reference.Batch(n), n))).ToArray();
        Pass();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var all = CountAfterCollection();
        for (var i = 0; i < 5; i++) Pass();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(all, CountAfterCollection());

        void Pass()
        {
            foreach (var input in inputs) model.Embed(input.Modality, input.Batch).Dispose();
            model.EmbedJoint(inputs).Dispose();
        }
    }

    [Fact]
    public void Disposing_a_model_frees_every_weight_of_its_core_and_modalities()
    {
        using var reference = new ReferenceCase("pretrain", "stage1_val_flags");
        var model = ReferenceModel.Build(reference, load: false);
        var decoder = ReferenceModel.BuildDecoder(reference, load: false);
        nn.Module[] modules =
        [
            model.Core, model.LogitScale, .. model.Modalities.Values,
            decoder.Core, .. decoder.Branches.Values.Select(b => b.Modality), .. decoder.Branches.Values.Select(b => b.Part),
        ];
        var weights = modules.SelectMany(m => m.parameters()).ToArray();
        Assert.All(weights, w => Assert.False(w.IsInvalid));

        model.Dispose();
        decoder.Dispose();

        Assert.All(weights, w => Assert.True(w.IsInvalid));
    }

    /// <summary>The first two items: the reference has as many of each modality.</summary>
    private static ModalityBatch Cut(ModalityBatch batch, string name)
    {
        string[] fields = name switch { "text" => ["tokens"], "image" => ["pixels"], _ => ["waveform", "padding_mask"] };
        return new ModalityBatch(fields.ToDictionary(f => f, f => batch[f].narrow(0, 0, 2)));
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
