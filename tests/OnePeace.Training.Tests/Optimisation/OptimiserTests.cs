using OnePeace.Training.Optimisation;
using OnePeace.Training.Parameters;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Tests.Optimisation;

public sealed class OptimiserTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Epsilon_is_added_before_the_bias_is_corrected_and_decay_stands_beside_the_gradient()
    {
        using var adam = new Adam(new AdamOptions { Epsilon = 0.5 });
        var weight = Weight("text_proj.weight", 2f);
        weight.Value.grad = tensor(3f);
        adam.Step([new ParameterGroup(0.5, 0.1, [weight])], rate: 0.2);
        var (mean, square, step) = (0.1 * 3, 0.02 * 9, 0.1 * Math.Sqrt(0.02) / 0.1);
        Assert.Equal(2 - (2 * 0.1 * 0.1) - (step * mean / (Math.Sqrt(square) + 0.5)), weight.Value.item<float>(), 1e-6);
        Assert.Equal((1, 0.3f), (adam.Moments["text_proj.weight"].Updates, adam.Moments["text_proj.weight"].Mean.item<float>()));
    }

    [Fact]
    public void An_optimiser_goes_on_from_the_moments_of_another()
    {
        using var adam = new Adam(new AdamOptions());
        using var other = new Adam(new AdamOptions());
        var (weight, copy) = (Weight("text_proj.weight", 2f), Weight("text_proj.weight", 2f));
        Step(adam, weight, 1);
        using (no_grad()) copy.Value.copy_(weight.Value);
        var moments = adam.Moments["text_proj.weight"];
        other.Restore("text_proj.weight", new AdamMoments(moments.Mean.clone(), moments.Square.clone()) { Updates = moments.Updates });
        Step(adam, weight, -3);
        Step(other, copy, -3);
        Assert.Equal(weight.Value.item<float>(), copy.Value.item<float>());
    }

    [Fact]
    public void Small_updates_of_a_half_precision_weight_add_up_in_its_copy()
    {
        var weight = new NamedParameter("text_proj.weight", tensor(1f).to(ScalarType.BFloat16).requires_grad_(true));
        using var masters = new MasterWeights([weight]);
        using var adam = new Adam(new AdamOptions());
        Assert.Throws<ArgumentException>(() =>
        {
            weight.Value.grad = tensor(1f).to(ScalarType.BFloat16);
            adam.Step([new ParameterGroup(1, 0, [weight])], 1e-3);
        });
        Gradients.Clear([weight]);
        for (var i = 0; i < 10; i++)
        {
            weight.Value.mul(1).backward();
            masters.TakeGradients();
            Assert.Null(weight.Value.grad);
            adam.Step([new ParameterGroup(1, 0, masters.Weights)], 1e-3);   // each less than bfloat16 can tell from 1
            masters.WriteBack();
            Gradients.Clear(masters.Weights);
        }
        Assert.Equal(0.99, masters.Weights[0].Value.item<float>(), 1e-4);
        Assert.Equal(0.99, weight.Value.to(ScalarType.Float32).item<float>(), 4e-3);
        Assert.NotEqual(1, weight.Value.to(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void Gradients_of_several_passes_add_up_in_the_copies()
    {
        var weight = new NamedParameter("text_proj.weight", tensor(1f).to(ScalarType.BFloat16).requires_grad_(true));
        using var masters = new MasterWeights([weight]);
        for (var i = 0; i < 300; i++)
        {
            weight.Value.mul(1).backward();
            masters.TakeGradients();
        }
        Assert.Equal(300, masters.Weights[0].Value.grad!.item<float>());   // in bfloat16 it would stop at 256
    }

    [Theory]
    [InlineData(2.5, 0.5)]
    [InlineData(10, 1)]
    [InlineData(0, 1)]
    public void Gradients_are_shortened_together_if_their_common_norm_is_too_long(double most, double factor)
    {
        NamedParameter[] weights = [Weight("text_proj.bias", 0f), Weight("image_proj.bias", 0f), Weight("audio_proj.bias", 0f)];
        (weights[0].Value.grad, weights[1].Value.grad) = (tensor(3f), tensor(4f));
        Assert.Equal(5, Gradients.Clip(weights, most)!.item<float>(), 1e-6);
        Assert.Equal(3 * factor, weights[0].Value.grad!.item<float>(), 1e-5);
        Assert.Equal(4 * factor, weights[1].Value.grad!.item<float>(), 1e-5);
        Gradients.Clear(weights);
        Assert.Null(Gradients.Clip(weights, most));
    }

    [Fact]
    public void An_average_follows_its_weights_slowly_and_can_be_restored()
    {
        var weight = Weight("text_proj.weight", 1f);
        using var average = new WeightAverage([weight], 0.9);
        using (no_grad()) weight.Value.fill_(2);
        average.Update();
        Assert.Equal(1.1, average.Averages["text_proj.weight"].item<float>(), 1e-6);
        average.Restore(new Dictionary<string, Tensor> { ["text_proj.weight"] = tensor(5f) });
        Difference.Check("average", average.Averages["text_proj.weight"], tensor(5f));
    }

    public void Dispose() => _scope.Dispose();

    private static NamedParameter Weight(string key, float value) => new(key, tensor(value).requires_grad_(true));

    private static void Step(Adam adam, NamedParameter weight, float gradient)
    {
        weight.Value.grad = tensor(gradient);
        adam.Step([new ParameterGroup(1, 0.05, [weight])], 0.1);
    }
}
