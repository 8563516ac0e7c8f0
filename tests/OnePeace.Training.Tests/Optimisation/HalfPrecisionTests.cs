using OnePeace.Training.Objectives;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Parameters;
using OnePeace.Training.Tests.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Optimisation;

public class HalfPrecisionTests(ITestOutputHelper output)
{
    [Fact]
    public void Training_in_bfloat16_follows_training_in_float32()
    {
        using var scope = NewDisposeScope();
        var exact = Train(half: false);
        var rounded = Train(half: true);
        output.WriteLine($"float32 {string.Join(" ", exact.Select(l => $"{l:f3}"))}; bfloat16 {string.Join(" ", rounded.Select(l => $"{l:f3}"))}");
        Assert.True(exact[^1] < exact[0] - 1, "Twelve updates on one batch must lower its loss.");
        Assert.All(exact.Zip(rounded), losses => Assert.InRange(losses.Second, losses.First - 0.3, losses.First + 0.3));
    }

    private static float[] Train(bool half)
    {
        using var pair = new PretrainingCase("stage2_al", "audio");
        var (model, decoder) = (pair.Model, pair.Model.Decoder!);
        if (half)
        {
            nn.Module[] modules = [model.Core, model.Pivot, model.Other, decoder.Core, .. decoder.Branches.Values.SelectMany(b => new nn.Module[] { b.Modality, b.Part })];
            foreach (var module in modules) module.to(ScalarType.BFloat16);
        }
        var trained = OfficialStages.Aligning("audio").Apply(ModelParameters.Of(model.Core, [model.Pivot, model.Other], model.LogitScale, decoder));
        using var masters = new MasterWeights(trained);
        using var adam = new Adam(new AdamOptions());
        var groups = ParameterGroups.Of(masters.Weights, layers: 3, decay: 0.05);
        var objective = new PairObjective(model, OfficialStages.LaterLosses);
        var batch = pair.Batch();
        return [.. Enumerable.Range(0, 12).Select(_ =>
        {
            var loss = objective.Compute(batch).Total;
            loss.backward();
            masters.TakeGradients();
            Gradients.Clip(masters.Weights, 3);
            adam.Step(groups, 2e-3);
            masters.WriteBack();
            Gradients.Clear(masters.Weights);
            return loss.item<float>();
        })];
    }
}
