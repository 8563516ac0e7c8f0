using OnePeace.Training.Objectives;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Objectives;

[Collection(nameof(CountsTensors))]
public class LeakTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_updates_leave_no_tensor_behind(bool recomputes)
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase("stage1_vl", "image");
        pair.Model.Core.RecomputesLayers = pair.Model.Decoder!.Core.RecomputesLayers = recomputes;
        pair.Model.Core.train();
        pair.Model.Decoder.Core.train();
        var trained = OfficialStages.Everything.Apply(pair.Parameters);
        using var master = new MasterWeights(trained);
        var groups = ParameterGroups.Of(master.Weights, layers: 3, decay: 0.05, layerDecay: 0.9);
        using var adam = new Adam(new AdamOptions());
        using var average = new WeightAverage(trained, 0.9);
        var objective = new PairObjective(pair.Model, OfficialStages.FirstLosses);
        var batch = pair.Batch();
        for (var i = 0; i < 2; i++) Update();
        var (before, ofThread, uncollected) = (Live(), DisposeScopeManager.Statistics.ThreadTotalLiveCount, TensorCensus.Live);
        for (var i = 0; i < 50; i++) Update();
        output.WriteLine($"before collecting {TensorCensus.Live - uncollected} more, after {Live() - before} more");
        Assert.Equal(ofThread, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(before, Live());

        void Update()
        {
            using var ofStep = NewDisposeScope();
            objective.Backward(objective.Compute(batch));
            master.TakeGradients();
            Gradients.Clip(master.Weights, 3);
            adam.Step(groups, 1e-3);
            master.WriteBack();
            average.Update();
            Gradients.Clear(master.Weights);
        }
    }

    private static long Live()
    {
        for (var round = 0; round < 3; round++)   // what tests before left behind is found bit by bit
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return TensorCensus.Live;
    }
}

/// <summary>The number of live tensors is the whole process's: nothing else may run.</summary>
[CollectionDefinition(nameof(CountsTensors), DisableParallelization = true)]
public class CountsTensors;
