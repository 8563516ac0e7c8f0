using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Objectives;

public sealed class PairObjectiveTests : IDisposable
{
    private static readonly PairLossOptions ContrastiveAlone = new() { PivotAlone = 0, OtherAlone = 0, PivotJoint = 0, OtherJoint = 0 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PretrainingCase _pair = new("stage2_al", "audio");
    private int _passes;

    public PairObjectiveTests()
    {
        OfficialStages.Aligning("audio").Apply(_pair.Parameters);
        Count(_pair.Model.Core);
    }

    [Fact]
    public void Only_passes_that_a_weight_asks_for_are_run()
    {
        Assert.Equal(5, Passes(OfficialStages.LaterLosses, _pair.Batch()));   // both alone, joint teacher, masked alone, masked joint
        Assert.Equal(2, Passes(ContrastiveAlone, _pair.Batch()));
        Assert.Equal(4, Passes(OfficialStages.LaterLosses with { OtherAlone = 0 }, _pair.Batch()));
        Assert.Equal(4, Passes(OfficialStages.LaterLosses with { PivotJoint = 0, OtherJoint = 0 }, _pair.Batch()));
        Assert.Equal(2, Passes(ContrastiveAlone with { Contrastive = 0, OtherAlone = 1 }, _pair.Batch()));
    }

    [Fact]
    public void Known_vectors_of_the_pivot_save_its_pass_and_change_nothing()
    {
        var computed = Compute(ContrastiveAlone, _pair.Batch());
        var vectors = Embeddings.Of(_pair.Model.Core, [new(_pair.Model.Pivot, _pair.Batch().Pivot.Batch)]).detach();
        Assert.Equal(1, Passes(ContrastiveAlone, _pair.Batch() with { PivotVectors = vectors }));
        var known = Compute(ContrastiveAlone, _pair.Batch() with { PivotVectors = vectors });
        Assert.Equal(computed.Total.item<float>(), known.Total.item<float>());
    }

    [Fact]
    public void A_core_of_its_own_runs_the_pivots_pass_if_that_has_no_gradient()
    {
        using var own = new TransformerCore(_pair.Model.Core.Shape);
        using (no_grad())
            foreach (var (to, from) in own.parameters().Zip(_pair.Model.Core.parameters())) to.copy_(from);
        own.eval();
        var model = _pair.Model with { PivotCore = own };
        var expected = Compute(ContrastiveAlone, _pair.Batch()).Total.item<float>();
        _passes = 0;
        Assert.Equal(expected, new PairObjective(model, ContrastiveAlone).Compute(_pair.Batch()).Total.item<float>());
        Assert.Equal(1, _passes);
        OfficialStages.Everything.Apply(_pair.Parameters);
        Assert.Throws<InvalidOperationException>(() => new PairObjective(model, ContrastiveAlone).Compute(_pair.Batch()));
    }

    [Fact]
    public void A_weight_multiplies_its_loss()
    {
        var losses = Compute(OfficialStages.LaterLosses with { Contrastive = 2, OtherAlone = 3 }, _pair.Batch());
        Assert.Equal(["contrastive", "other_alone", "pivot_joint", "other_joint"], losses.Terms.Select(t => t.Name));
        var terms = losses.Terms.Select(t => t.Value.item<float>()).ToArray();
        Assert.Equal((2 * terms[0]) + (3 * terms[1]) + (0.5 * terms[2]) + (0.5 * terms[3]), losses.Total.item<float>(), 1e-4);
        Assert.All(losses.Terms, t => Assert.False(t.Value.requires_grad));
    }

    [Fact]
    public void Any_two_modalities_are_a_pair()
    {
        using var all = new PretrainingCase("stage1_val_flags", "audio");
        var model = all.Model with { Pivot = all.Model.Other, Other = all.Model.Pivot };
        var batch = all.Batch();
        var turned = new PairBatch(batch.Other, batch.Pivot)
        {
            Size = batch.Size,
            Masks = new() { PivotAlone = batch.Masks!.OtherAlone, OtherAlone = batch.Masks.PivotAlone, PivotJoint = batch.Masks.OtherJoint, OtherJoint = batch.Masks.PivotJoint },
        };
        var losses = new PairObjective(model, OfficialStages.FirstLosses with { PivotAlone = 1, OtherAlone = 0.5 }).Compute(turned);
        var straight = new PairObjective(all.Model, OfficialStages.FirstLosses).Compute(batch);
        Assert.Equal(straight.Contrastive!.item<float>(), losses.Contrastive!.item<float>(), 1e-5);
        Assert.Equal(straight.OtherAlone!.item<float>(), losses.PivotAlone!.item<float>(), 1e-5);
        Assert.Equal(straight.PivotCorrect!.item<long>(), losses.OtherCorrect!.item<long>());
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        var batch = _pair.Batch();
        Assert.Contains("OtherAlone", Assert.Throws<ArgumentException>(() => Compute(OfficialStages.LaterLosses, batch with { Masks = null })).Message);
        Assert.Contains("'text'", Assert.Throws<ArgumentException>(() => Compute(OfficialStages.LaterLosses, batch with { Pivot = batch.Other })).Message);
        Assert.Contains("[3, 48]", Assert.Throws<ArgumentException>(() => Compute(ContrastiveAlone, batch with { PivotVectors = zeros(2, 48) })).Message);
        Assert.Contains("decoder", Assert.Throws<ArgumentException>(() => new PairObjective(_pair.Model with { Decoder = null }, OfficialStages.LaterLosses)).Message);
        Assert.Throws<ArgumentException>(() => new PairObjective(_pair.Model, ContrastiveAlone with { Contrastive = 0 }));
        Assert.NotNull(new PairObjective(_pair.Model with { Decoder = null }, ContrastiveAlone).Compute(batch).Contrastive);
    }

    public void Dispose()
    {
        _pair.Dispose();
        _scope.Dispose();
    }

    private PairLosses Compute(PairLossOptions options, PairBatch batch) => new PairObjective(_pair.Model, options).Compute(batch);

    private int Passes(PairLossOptions options, PairBatch batch)
    {
        _passes = 0;
        Compute(options, batch);
        return _passes;
    }

    private void Count(TransformerCore core) => core.Layer(0).register_forward_hook((_, _, _, _, made) =>
    {
        _passes++;
        return made;
    });
}
