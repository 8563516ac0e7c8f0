using System.Text.Json.Nodes;
using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Objectives;

public class ReferenceLossTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("stage1_vl", "image")]
    [InlineData("stage2_al", "audio")]
    [InlineData("stage1_val_flags", "image")]
    [InlineData("stage1_val_flags", "audio")]
    public void Losses_and_gradients_equal_the_official_ones(string name, string other)
    {
        using var scope = NewDisposeScope();
        using var pair = new PretrainingCase(name, other);
        var criterion = $"{other}_text_pretrain_loss";
        var expected = pair.Reference.Json["criterions"]![criterion]!.AsObject();
        var trained = (name == "stage2_al" ? OfficialStages.Aligning(other) : OfficialStages.Everything).Apply(pair.Parameters);
        Assert.Equal(Names(pair.Reference.Json["trainable"]!), trained.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(Names(pair.Reference.Json["frozen"]!), pair.Parameters.Select(p => p.Key).Except(trained.Select(p => p.Key)).Order(StringComparer.Ordinal));

        var objective = new PairObjective(pair.Model, other == "image" ? OfficialStages.FirstLosses : OfficialStages.LaterLosses);
        var losses = objective.Compute(pair.Batch());
        objective.Backward(losses);

        var terms = CompareTerms(pair, losses, other, criterion);
        var (gradients, norms) = CompareGradients(pair, criterion, expected["grad_norms"]!.AsObject());
        Assert.Equal(Names(expected["trainable_without_grad"]!), trained.Where(p => p.Value.grad is null).Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal((float)expected["logit_scale_after"]!, pair.Model.LogitScale.Logarithm.item<float>(), 1e-6f);
        output.WriteLine($"{name} {other}: terms within {terms:e1}, gradients within {gradients:e1}, their norms within {norms:e1}");
    }

    private static double CompareTerms(PretrainingCase pair, PairLosses losses, string other, string criterion)
    {
        var (first, joint) = other == "image" ? ("i", "vl") : ("a", "al");
        var named = new (string Log, Tensor? Value)[]
        {
            ("loss", losses.Total.detach()), ($"{first}tc_loss", losses.Contrastive), ("dcl_text_loss", losses.PivotAlone), ($"dcl_{other}_loss", losses.OtherAlone),
            ($"dcl_{joint}_text_loss", losses.PivotJoint), ($"dcl_{joint}_{other}_loss", losses.OtherJoint), ("logit_scale_exp", losses.Factor),
            ($"t2{first}_ncorrect", losses.PivotCorrect), ($"{first}2t_ncorrect", losses.OtherCorrect),
        }.Where(term => term.Value is not null).ToDictionary(term => $"log.{criterion}.{term.Log}", term => term.Value!);
        string[] ofBatch = [$"log.{criterion}.nsentences", $"log.{criterion}.sample_size"];
        var logged = pair.Reference.Data.Weights.Keys.Where(k => k.StartsWith($"log.{criterion}.", StringComparison.Ordinal)).Except(ofBatch);
        Assert.Equal(logged.Order(StringComparer.Ordinal), named.Keys.Order(StringComparer.Ordinal));
        Difference.Check("loss", losses.Total.detach(), Scalar($"loss.{criterion}"), Tolerance);
        return named.Max(term => Difference.Check(term.Key, term.Value, Scalar(term.Key), Tolerance));

        Tensor Scalar(string key) => pair.Reference.Data.Read(key).squeeze();
    }

    private static (double Gradients, double Norms) CompareGradients(PretrainingCase pair, string criterion, JsonObject norms)
    {
        var gradients = pair.Parameters.Where(p => p.Value.grad is not null).ToDictionary(p => $"grad.{criterion}.{p.Key}", p => p.Value.grad!);
        Assert.Equal(pair.Reference.Data.Weights.Keys.Where(k => k.StartsWith($"grad.{criterion}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            gradients.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(norms.Count, gradients.Count);
        return (gradients.Max(g => Difference.Check(g.Key, g.Value, pair.Reference.Data.Read(g.Key).view(g.Value.shape), Tolerance)),
            norms.Max(n => Difference.Check($"norm of {n.Key}", gradients[$"grad.{criterion}.{n.Key}"].norm(), tensor((float)n.Value!), Tolerance)));
    }

    private static IEnumerable<string> Names(JsonNode names) => names.AsArray().Select(n => (string)n!).Order(StringComparer.Ordinal);
}
