using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;
using OnePeace.Transformer;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Objectives;

public class RecomputationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("stage1_vl", "image", true)]
    [InlineData("stage2_al", "audio", false)]
    [InlineData("stage1_val_flags", "audio", true)]
    public void Gradients_are_those_of_layers_that_keep_everything_though_samples_are_dropped(string name, string other, bool everything)
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase(name, other);
        var parts = everything ? OfficialStages.Everything : OfficialStages.Aligning(other);
        var (keptLoss, kept, keptCalls) = Run(pair, parts, recomputes: false, dropPath: 0.5);
        var (loss, recomputed, calls) = Run(pair, parts, recomputes: true, dropPath: 0.5);
        var (undropped, _, _) = Run(pair, parts, recomputes: true, dropPath: 0);
        Assert.NotEqual(undropped, loss);
        Assert.InRange(calls, keptCalls + 3, 2 * keptCalls);
        Assert.Equal(keptLoss, loss);
        Assert.Equal(kept.Keys, recomputed.Keys);
        var greatest = kept.Max(g => Difference.Check(g.Key, recomputed[g.Key], g.Value, 2e-6));
        output.WriteLine($"{name} {other}: layer run {keptCalls} and {calls} times, {kept.Count} gradients, {kept.Count(g => g.Value.equal(recomputed[g.Key]).all().item<bool>())} bitwise equal, within {greatest:e1}");
    }

    [Theory]
    [InlineData(0.1, 0, 0)]
    [InlineData(0, 0.1, 0)]
    [InlineData(0, 0, 0.1)]
    public void A_core_with_dropout_says_that_it_cannot_compute_layers_again(double dropout, double ofAttention, double ofExperts)
    {
        using var core = new TransformerCore(new() { Width = 8, Heads = 2, Layers = 1, ExpertWidth = 8, Dropout = dropout, AttentionDropout = ofAttention, ActivationDropout = ofExperts });
        Assert.Contains("dropout", Assert.Throws<InvalidOperationException>(() => core.RecomputesLayers = true).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_fails_the_second_time_fails_the_backward_pass_and_not_the_process()
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase("stage1_vl", "image");
        pair.Model.Core.RecomputesLayers = true;
        pair.Model.Core.train();
        OfficialStages.Everything.Apply(pair.Parameters);
        var objective = new PairObjective(pair.Model, OfficialStages.FirstLosses);
        var (first, second) = (objective.Compute(pair.Batch()), objective.Compute(pair.Batch()));
        var hook = pair.Model.Core.Layer(1).register_forward_hook((_, _, _, _, _) => throw new InvalidOperationException("no memory"));
        Assert.Equal("no memory", Assert.Throws<InvalidOperationException>(() => objective.Backward(first)).Message);
        hook.remove();
        foreach (var parameter in pair.Parameters) parameter.Value.grad = null;
        objective.Backward(second);
        var expected = (float)pair.Reference.Json["criterions"]!["image_text_pretrain_loss"]!["grad_norms"]!["logit_scale"]!;
        Assert.Equal(expected, pair.Model.LogitScale.Logarithm.grad!.item<float>(), 1e-4f);
    }

    private static (float Loss, SortedDictionary<string, Tensor> Gradients, int Calls) Run(PretrainingCase pair, TrainableParts parts, bool recomputes, double dropPath)
    {
        using var core = Core(pair, dropPath);
        core.RecomputesLayers = pair.Model.Decoder!.Core.RecomputesLayers = recomputes;
        pair.Model.Decoder.Core.train();
        var calls = 0;
        core.Layer(1).register_forward_hook((_, _, _, _, made) =>
        {
            calls++;
            return made;
        });
        var parameters = ModelParameters.Of(core, [pair.Model.Pivot, pair.Model.Other], pair.Model.LogitScale, pair.Model.Decoder);
        foreach (var parameter in parameters) parameter.Value.grad = null;
        parts.Apply(parameters);
        var options = pair.Model.Other.Name == "image" ? OfficialStages.FirstLosses : OfficialStages.LaterLosses;
        var objective = new PairObjective(pair.Model with { Core = core }, options);
        var losses = objective.Compute(pair.Batch());
        objective.Backward(losses);
        var gradients = parameters.Where(p => p.Value.grad is not null).ToDictionary(p => p.Key, p => p.Value.grad!.clone());
        return (losses.Total.item<float>(), new(gradients, StringComparer.Ordinal), calls);
    }

    /// <summary>The case's core with other stochastic depth.</summary>
    private static TransformerCore Core(PretrainingCase pair, double dropPath)
    {
        var core = new TransformerCore(pair.Model.Core.Shape with { DropPath = dropPath }, seed: 7);
        using var _ = no_grad();
        foreach (var (to, from) in core.parameters().Zip(pair.Model.Core.parameters())) to.copy_(from);
        core.train();
        return core;
    }
}
