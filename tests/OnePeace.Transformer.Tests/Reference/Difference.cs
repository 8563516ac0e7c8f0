using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Transformer.Tests.Reference;

/// <summary>How far two tensors are apart.</summary>
internal static class Difference
{
    /// <summary><c>norm(actual - expected) / norm(expected)</c>, in double precision.</summary>
    public static double Relative(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.shape, actual.shape);
        var (a, e) = (actual.to(ScalarType.Float64), expected.to(ScalarType.Float64));
        var norm = e.norm().item<double>();
        var difference = a.sub(e).norm().item<double>();
        return norm == 0 ? difference : difference / norm;
    }

    /// <summary>Fails with the name of what differs; masks must be equal.</summary>
    public static double Check(string name, Tensor actual, Tensor expected, double tolerance = 1e-5)
    {
        var difference = Relative(actual, expected);
        Assert.True(difference <= (expected.dtype == ScalarType.Bool ? 0 : tolerance), $"{name} differs by {difference:e2}.");
        return difference;
    }

    /// <summary>The smallest cosine of corresponding rows, <c>[B, D]</c>.</summary>
    public static double LeastCosine(Tensor actual, Tensor expected) =>
        nn.functional.cosine_similarity(actual.to(ScalarType.Float64), expected.to(ScalarType.Float64), dim: 1).min().item<double>();
}
