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
    private const int Updates = 50;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_updates_leave_no_tensor_behind(bool recomputes) => AssertKept(0, Rise(recomputes, _ => { }));

    [Fact]
    public void A_tensor_that_every_update_keeps_is_counted()
    {
        var kept = new List<Tensor>();
        var (ofThread, live) = Rise(recomputes: false, losses => kept.Add(losses.Total.detach().DetachFromDisposeScope()));
        AssertKept(Updates, (ofThread, live));
        kept.ForEach(tensor => tensor.Dispose());
    }

    /// <summary>The census is the whole process's: what an earlier test left behind may be found only now, but nothing is added.</summary>
    private static void AssertKept(int tensors, (long OfThread, long Live) rise)
    {
        Assert.Equal(tensors, rise.OfThread);
        Assert.InRange(rise.Live, tensors - (Updates / 2), tensors);
    }

    /// <summary>How many tensors more there are after fifty updates, as the thread's statistics say and as a census does.</summary>
    private (long OfThread, long Live) Rise(bool recomputes, Action<PairLosses> look)
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
        for (var i = 0; i < 2; i++) Update(_ => { });
        var (before, ofThread, uncollected) = (Live(), DisposeScopeManager.Statistics.ThreadTotalLiveCount, TensorCensus.Live);
        for (var i = 0; i < Updates; i++) Update(look);
        output.WriteLine($"before collecting {TensorCensus.Live - uncollected} more, after {Live() - before} more");
        return (DisposeScopeManager.Statistics.ThreadTotalLiveCount - ofThread, Live() - before);

        void Update(Action<PairLosses> seen)
        {
            using var ofStep = NewDisposeScope();
            var losses = objective.Compute(batch);
            seen(losses);
            objective.Backward(losses);
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
