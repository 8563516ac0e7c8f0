using System.Text.Json.Nodes;
using OnePeace.Training.Models;
using OnePeace.Training.Objectives;
using OnePeace.Training.Optimisation;
using OnePeace.Training.Recipes;
using OnePeace.Training.Steps;
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
        var trained = OfficialStages.Aligning("audio").Apply(pair.Parameters);
        var groups = ParameterGroups.Of(trained, pair.Model.Core.Shape.Layers, (double)json["adam"]!["weight_decay"]!, (double)json["layer_decay"]!);
        var objective = new PairObjective(pair.Model, OfficialStages.LaterLosses);
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

    [Fact]
    public void A_stage_s_own_optimiser_makes_the_official_weights()
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase("optim_stage2_ld1_clip3", "audio");
        var json = pair.Reference.Json;
        OfficialStages.Aligning("audio").Apply(pair.Parameters);
        var model = new TrainingModel { Core = pair.Model.Core, StillCore = pair.Model.Core, Pivot = pair.Model.Pivot, Other = pair.Model.Other, Decoder = pair.Model.Decoder, LogitScale = pair.Model.LogitScale };
        var stage = Stage(json);
        using var optimiser = new StageOptimiser(model, stage);
        var objective = new PairObjective(model.ForLosses, stage.Losses);
        foreach (var (step, official) in json["steps"]!.AsArray().Index())
        {
            using var ofStep = NewDisposeScope();
            objective.Compute(pair.Batch()).Total.backward();
            optimiser.TakeGradients();
            Assert.Equal(1, optimiser.Step(step) / (double)official!["grad_norm_before_clip"]!, Tolerance);
            var (weights, changes) = Compare(pair, $"after{step + 1}.");
            output.WriteLine($"step {step + 1}: weights within {weights:e1}, changes within {changes:e1}");
        }
    }

    private static TrainingStage Stage(JsonNode json)
    {
        var (schedule, adam) = (json["schedule"]!, json["adam"]!);
        var steps = (int)schedule["max_update"]!;
        return new TrainingStage
        {
            Name = "align",
            Pivot = "text",
            Other = "audio",
            Steps = steps,
            Optimiser = new OptimiserOptions
            {
                LearningRate = (double)schedule["lr"]![0]!,
                MinimumRate = (double)schedule["min_lr"]!,
                Warmup = ((double)schedule["warmup_updates"]! + 0.5) / steps,
                WeightDecay = (double)adam["weight_decay"]!,
                ClipNorm = (double)json["clip_norm"]!,
                LayerDecay = (double)json["layer_decay"]!,
            },
        };
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
