using OnePeace.Modalities.Layers;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Tests;

public class InitialisationTests
{
    private static readonly CoreShape Shape = new() { Width = 32, Heads = 4, Layers = 1, ExpertWidth = 64 };

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        Assert.True(Weights(1).allclose(Weights(1)));
        Assert.False(Weights(1).allclose(Weights(2)));

        static Tensor Weights(long seed)
        {
            var expert = new GeGluExpert(Shape);
            expert.InitialiseParameters(seed);
            return cat([.. expert.parameters().Select(p => p.flatten())]);
        }
    }

    [Fact]
    public void Weights_start_within_one_deviation_and_spread_over_it()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var weights = empty(10_000);
        Initialisation.TruncatedNormal(weights, generator);
        Assert.InRange(weights.abs().max().item<float>(), 0.0199f, 0.02f);
        Assert.InRange(weights.mean().item<float>(), -0.0005f, 0.0005f);
        Assert.InRange(weights.std().item<float>(), 0.0104f, 0.0112f);   // 0.0108 is the deviation of a normal cut off at one deviation
    }

    [Fact]
    public void An_embedding_s_padding_row_and_a_relative_table_start_at_zero()
    {
        using var scope = NewDisposeScope();
        using var tokens = new Embedding(4, 8, paddingIndex: 1);
        using var table = new Embedding(4, 8, startsAtZero: true);
        tokens.InitialiseParameters(1);
        table.InitialiseParameters(1);
        Assert.Equal(0, tokens.Weight[1].abs().sum().item<float>());
        Assert.NotEqual(0, tokens.Weight[2].abs().sum().item<float>());
        Assert.Equal(0, table.Weight.abs().sum().item<float>());
    }

    [Fact]
    public void An_expert_is_named_as_in_official_checkpoints()
    {
        using var expert = new GeGluExpert(Shape);
        Assert.Equal(
            ["0.wi_0.weight", "0.wi_1.weight", "2.bias", "2.weight", "3.bias", "3.weight"],
            expert.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal));
    }
}
