using OnePeace.Transformer.Losses;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Losses;

public class ContrastiveLossTests
{
    [Fact]
    public void Items_that_match_cost_nothing_and_items_in_another_order_find_none()
    {
        using var scope = NewDisposeScope();
        var same = ContrastiveLoss.Compute(eye(4), eye(4), tensor(100f));
        Assert.Equal((0, 4, 4), ((int)same.Loss.item<float>(), same.LeftCorrect.item<long>(), same.RightCorrect.item<long>()));
        var shifted = ContrastiveLoss.Compute(eye(4), eye(4).roll(1, 0), tensor(100f));
        Assert.Equal(100, shifted.Loss.item<float>(), 1e-3);
        Assert.Equal((0, 0), (shifted.LeftCorrect.item<long>(), shifted.RightCorrect.item<long>()));
    }

    [Fact]
    public void Each_direction_counts_its_own_hits()
    {
        using var scope = NewDisposeScope();
        var left = tensor(new float[] { 1, 0, 1, 0 }, [2, 2]);
        var right = tensor(new float[] { 0.5f, 0, 1, 0 }, [2, 2]);
        var result = ContrastiveLoss.Compute(left, right, tensor(1f));
        Assert.Equal((1, 1), (result.LeftCorrect.item<long>(), result.RightCorrect.item<long>()));   // ties go to the first
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_found_gets_a_gradient_only_if_asked_for(bool detach)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (left, right) = (Unit(generator), Unit(generator));
        ContrastiveLoss.Compute(left, right, tensor(5f), detach).Loss.backward();
        var (a, b) = (left.detach().requires_grad_(true), right.detach().requires_grad_(true));
        var forward = nn.functional.cross_entropy(a.matmul((detach ? right.detach() : b).t()) * 5, arange(6, ScalarType.Int64));
        var backward = nn.functional.cross_entropy(b.matmul((detach ? left.detach() : a).t()) * 5, arange(6, ScalarType.Int64));
        ((forward + backward) / 2).backward();
        Difference.Check("left", left.grad!, a.grad!, 1e-5);
        Difference.Check("right", right.grad!, b.grad!, 1e-5);
    }

    [Fact]
    public void Half_precision_makes_a_loss_in_float32()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var (left, right) = (Unit(generator).detach().to(ScalarType.BFloat16), Unit(generator).detach().to(ScalarType.BFloat16));
        var loss = ContrastiveLoss.Compute(left, right, tensor(14.28f).to(ScalarType.BFloat16)).Loss;
        Assert.Equal(ScalarType.Float32, loss.dtype);
        var exact = ContrastiveLoss.Compute(left.to(ScalarType.Float32), right.to(ScalarType.Float32), tensor(14.28f).to(ScalarType.BFloat16)).Loss;
        Assert.Equal(exact.item<float>(), loss.item<float>());
    }

    [Fact]
    public void Sides_of_unlike_shapes_are_refused_with_both()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[2, 3] and [4, 3]", Assert.Throws<ArgumentException>(() => ContrastiveLoss.Compute(zeros(2, 3), zeros(4, 3), tensor(1f))).Message);
    }

    private static Tensor Unit(Generator generator) =>
        nn.functional.normalize(randn(6, 8, generator: generator), dim: 1).detach().requires_grad_(true);
}
