using OnePeace.Transformer.Losses;
using OnePeace.Transformer.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Losses;

/// <summary>Two items of CLS and three tokens, the last one of the second item padding; the first token of each and the padding are hidden.</summary>
public sealed class DenoisingContrastiveLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _student, _teacher;
    private readonly Tensor _hidden = tensor(new[] { false, true, false, false, false, true, false, true }, [2, 4]);
    private readonly Tensor _padding = tensor(new[] { false, false, false, false, false, false, false, true }, [2, 4]);

    public DenoisingContrastiveLossTests()
    {
        using var generator = new Generator(3);
        (_student, _teacher) = (randn(2, 4, 8, generator: generator), randn(2, 4, 8, generator: generator));
    }

    [Fact]
    public void Hidden_tokens_find_their_own_position_among_all_tokens_but_cls_and_padding()
    {
        var rows = new long[] { 1, 2, 3, 5, 6 };                                            // of 8; queries are rows 1 and 5
        var candidates = nn.functional.normalize(_teacher.view(8, 8).index_select(0, rows), dim: 1);
        var queries = nn.functional.normalize(_student.view(8, 8).index_select(0, new long[] { 1, 5 }), dim: 1);
        var expected = nn.functional.cross_entropy(queries.matmul(candidates.t()) * 2.5, tensor(new long[] { 0, 3 }));
        var loss = new DenoisingContrastiveLoss { LabelSmoothing = 0 }.Compute(_student, _teacher, _hidden, _padding);
        Difference.Check("loss", loss, expected, 1e-6);
    }

    [Fact]
    public void Smoothing_spreads_its_share_over_the_other_tokens()
    {
        var queries = nn.functional.normalize(_student.view(8, 8).index_select(0, new long[] { 1, 5 }), dim: 1);
        var candidates = nn.functional.normalize(_teacher.view(8, 8).index_select(0, new long[] { 1, 2, 3, 5, 6 }), dim: 1);
        var logarithms = nn.functional.log_softmax(queries.matmul(candidates.t()) * 2.5, 1);
        var weights = full(2, 5, 0.1 / 4);
        weights[0, 0] = 0.9;
        weights[1, 3] = 0.9;
        Difference.Check("loss", new DenoisingContrastiveLoss().Compute(_student, _teacher, _hidden, _padding), -(logarithms * weights).sum(1).mean(), 1e-6);
    }

    [Fact]
    public void The_teacher_gets_no_gradient_and_of_the_student_only_hidden_tokens_do()
    {
        var (student, teacher) = (_student.clone().requires_grad_(true), _teacher.clone().requires_grad_(true));
        new DenoisingContrastiveLoss().Compute(student, teacher, _hidden, _padding).backward();
        Assert.Null(teacher.grad);
        Assert.Equal([1, 5], student.grad!.abs().sum(2).flatten().nonzero().flatten().data<long>().ToArray());
    }

    [Fact]
    public void Where_nothing_is_hidden_the_loss_is_nothing_and_so_is_its_gradient()
    {
        var student = _student.clone().requires_grad_(true);
        var loss = new DenoisingContrastiveLoss().Compute(student, _teacher, zeros_like(_hidden), _padding);
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, student.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void Half_precision_makes_a_loss_in_float32()
    {
        var exact = new DenoisingContrastiveLoss().Compute(_student, _teacher, _hidden, _padding);
        var loss = new DenoisingContrastiveLoss().Compute(_student.to(ScalarType.BFloat16), _teacher.to(ScalarType.BFloat16), _hidden, _padding);
        Assert.Equal(ScalarType.Float32, loss.dtype);
        Difference.Check("loss", loss, exact, 2e-2);
    }

    [Fact]
    public void Masks_of_another_length_are_refused() =>
        Assert.Throws<ArgumentException>(() => new DenoisingContrastiveLoss().Compute(_student, _teacher, _hidden.narrow(1, 0, 3), _padding));

    public void Dispose() => _scope.Dispose();
}
