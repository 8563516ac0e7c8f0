using System.Text.Json.Nodes;
using OnePeace.Training.Objectives;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Parameters;
using OnePeace.Training.Tests.Objectives;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Optimisation;

public class ReferenceUpdateTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    private static readonly string[] WithoutGradient = ["decoder_wrapper.audio_adapter.cls_embedding", "decoder_wrapper.audio_adapter.mask_embedding", "decoder_wrapper.text_adapter.cls_embedding", "encoder_wrapper.audio_adapter.mask_embedding"];

    [Theory]
    [InlineData("optim_stage2_ld1_clip3")]
    [InlineData("optim_stage2_ld09_clip0_5")]
    public void Three_updates_make_the_official_weights(string name)
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase(name, "audio");
        var json = pair.Reference.Json;
        var trained = TrainableParts.Aligning("audio").Apply(pair.Parameters);
        var groups = ParameterGroups.Of(trained, pair.Model.Core.Shape.Layers, (double)json["adam"]!["weight_decay"]!, (double)json["layer_decay"]!);
        var objective = new PairObjective(pair.Model, PairLossOptions.LaterStage);
        var schedule = Schedule(json["schedule"]!);
        using var adam = new Adam(new AdamOptions());
        var (losses, norms, weights) = (0.0, 0.0, new List<(double Weights, double Changes)>());
        foreach (var (step, official) in json["steps"]!.AsArray().Index())
        {
            using var ofStep = NewDisposeScope();
            var loss = objective.Compute(pair.Batch()).Total;
            loss.backward();
            var norm = Gradients.Clip(trained, (double)json["clip_norm"]!)!;
            Assert.Equal(official!["lr_per_group"]!.AsArray().Count, groups.Count);
            Assert.All(groups.Zip(official["lr_per_group"]!.AsArray()), g => Assert.Equal(1, schedule.Rate(step) * g.First.Scale / (double)g.Second!, 1e-12));
            adam.Step(groups, schedule.Rate(step));
            Gradients.Clear(trained);
            losses = Math.Max(losses, Error(loss, official["loss"]!));
            norms = Math.Max(norms, Error(norm, official["grad_norm_before_clip"]!));
            weights.Add(Compare(pair, $"after{step + 1}."));
        }
        output.WriteLine($"{name}: losses within {losses:e1}, norms within {norms:e1}, weights after 1 and 3 updates within {weights[0].Weights:e1} and {weights[2].Weights:e1}, their changes within {weights[0].Changes:e1} and {weights[2].Changes:e1}");
        Assert.InRange(losses, 0, Tolerance);
        Assert.InRange(norms, 0, Tolerance);
        Assert.Equal(WithoutGradient, trained.Select(p => p.Key).Except(adam.Moments.Keys).Order(StringComparer.Ordinal));
    }

    /// <summary>The weights, and what the updates changed: a rate that is slightly wrong hides in the weights.</summary>
    private static (double Weights, double Changes) Compare(PretrainingCase pair, string prefix)
    {
        var stored = pair.Reference.Data.Weights.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        Assert.Equal(prefix != "after2.", stored.Length > 0);
        var weights = pair.Parameters.ToDictionary(p => p.Key, p => p.Value);
        var greatest = (Weights: 0.0, Changes: 0.0);
        foreach (var key in stored)
        {
            var (name, weight) = (key[prefix.Length..], weights[key[prefix.Length..]].detach());
            var (expected, before) = (pair.Reference.Data.Read(key).view(weight.shape), pair.Reference.Weight(name)!);
            greatest.Weights = Math.Max(greatest.Weights, Difference.Check(key, weight, expected, Tolerance));
            greatest.Changes = Math.Max(greatest.Changes, Difference.Check($"change of {key}", weight.sub(before), expected.sub(before), 10 * Tolerance));
        }
        return greatest;
    }

    private static CosineSchedule Schedule(JsonNode schedule) =>
        CosineSchedule.Over((long)schedule["max_update"]!, (double)schedule["lr"]![0]!, (double)schedule["min_lr"]!, (long)schedule["warmup_updates"]!);

    private static double Error(Tensor actual, JsonNode expected) => Math.Abs(actual.item<float>() - (double)expected) / (double)expected;
}
