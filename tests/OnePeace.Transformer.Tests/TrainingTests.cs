using System.Text.Json.Nodes;
using OnePeace.Modalities;
using OnePeace.Modalities.Image;
using OnePeace.Modalities.Layers;
using OnePeace.Modalities.Text;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests;

public class TrainingTests
{
    [Fact]
    public void Stochastic_depth_drops_whole_samples_and_scales_the_others()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        using var path = new DropPath(0.25, generator);
        var kept = path.call(ones(400, 3, 2));
        var first = kept.narrow(1, 0, 1).narrow(2, 0, 1);
        Assert.Equal(0, Difference.Relative(kept, first.expand(400, 3, 2)));
        Assert.All(first.data<float>(), value => Assert.True(value == 0 || Math.Abs(value - (1 / 0.75)) < 1e-6));
        Assert.InRange(first.ne(0).sum().item<long>(), 270, 330);
        path.eval();
        Assert.Equal(0, Difference.Relative(path.call(ones(4, 3, 2)), ones(4, 3, 2)));
    }

    [Fact]
    public void Stochastic_depth_repeats_with_its_seed()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, Difference.Relative(Draw(5), Draw(5)));
        Assert.NotEqual(0, Difference.Relative(Draw(5), Draw(6)));

        static Tensor Draw(ulong seed)
        {
            using var generator = new Generator(seed);
            using var path = new DropPath(0.5, generator);
            return path.call(ones(64, 1, 1));
        }
    }

    [Fact]
    public void The_logit_scale_has_a_gradient_even_beyond_its_bound()
    {
        using var scope = NewDisposeScope();
        using var scale = new LogitScale();
        var parameter = scale.parameters().Single();
        using (no_grad()) parameter.fill_(9);
        var factor = scale.Factor();
        factor.backward();
        Assert.Equal(100, factor.item<float>(), 1e-3);
        Assert.Equal(100, parameter.grad!.item<float>(), 1e-3);
        Assert.Equal(Math.Log(100), parameter.item<float>(), 1e-6);
    }

    [Fact]
    public void Shrinking_leaves_the_values_and_scales_the_gradient()
    {
        using var scope = NewDisposeScope();
        var gradients = new[] { 1.0, 0.25 }.Select(alpha =>
        {
            var options = new JsonObject { ["vocabulary"] = 9, ["shrink_alpha"] = alpha };
            var adaptor = new TextAdaptor(new CoreShape { Width = 8, Heads = 2, Layers = 1, ExpertWidth = 8 }, new ModalityOptions(options));
            adaptor.InitialiseParameters(seed: 2);
            var tokens = adaptor.call(new ModalityBatch(new Dictionary<string, Tensor> { [TextAdaptor.TokensField] = full(1, 3, 5, ScalarType.Int64) }));
            tokens.Embeddings.sum().backward();
            return (tokens.Embeddings, Gradient: adaptor.named_parameters().Single(p => p.name == "embed_tokens.weight").parameter.grad!);
        }).ToArray();
        Difference.Check("values", gradients[1].Embeddings, gradients[0].Embeddings, 1e-6);
        Difference.Check("gradient", gradients[1].Gradient, gradients[0].Gradient.mul(0.25), 1e-6);
    }

    [Fact]
    public void Each_image_of_a_mixed_batch_gets_its_own_type()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var options = new ModalityOptions(new JsonObject { ["bucket_size"] = 2, ["add_type_embedding"] = true });
        using var adaptor = new ImageAdaptor(new CoreShape { Width = 8, Heads = 2, Layers = 1, ExpertWidth = 8 }, options);
        adaptor.InitialiseParameters(seed: 2);
        adaptor.named_parameters().Single(p => p.name == "type_embedding_2").parameter.fill_(3);
        var pixels = rand(1, 3, 32, 32).expand(2, 3, 32, 32);
        var embeddings = adaptor.call(new ModalityBatch(new Dictionary<string, Tensor>
        {
            [ImageAdaptor.PixelsField] = pixels,
            [ImageAdaptor.SecondField] = tensor(new[] { false, true }),
        })).Embeddings;
        Difference.Check("difference", embeddings[1].sub(embeddings[0]), full(5, 8, 3), 1e-5);
    }
}
