using OnePeace.Engine.Packages;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Packages;

public sealed class FiniteValuesTests
{
    private static readonly double FirstTooLarge = Math.Pow(2, 128) - Math.Pow(2, 103);   // what float32 rounds to infinity

    private static readonly double[] Values =
        [0, -0.0, 1, -1, 1e-45, -1e-39, 6e4, -65504, 65520, 3e38, -3.4028234663852886e38, 3.3e38, 1e39, -1e300, FirstTooLarge, Math.BitDecrement(FirstTooLarge), double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void Every_value_at_every_place_is_judged_as_torch_judges_it_as_float32(ScalarType type)
    {
        var refused = 0;
        foreach (var value in Values)
        {
            foreach (var length in new[] { 1, 3, 37, 64, 131 })
            {
                using var scope = NewDisposeScope();
                var weight = full(length, 0.5, type);
                weight[length - 1] = full(1, value, ScalarType.Float64).to(type)[0];
                weight[0] = weight[length - 1].clone();
                Check(weight);
                weight[length - 1] = 0.5;   // among whole vectors only
                Check(weight);
            }
        }
        Assert.InRange(refused, 10, Values.Length * 10 - 10);

        void Check(Tensor weight)
        {
            var expected = weight.to(ScalarType.Float32).isfinite().all().item<bool>();
            if (!expected) refused++;
            Assert.Equal(expected, FiniteValues.AreAll(weight));
        }
    }

    [Fact]
    public void One_value_among_millions_is_found_and_an_empty_weight_has_none()
    {
        using var scope = NewDisposeScope();
        var weight = ones([3, 700_001]);
        Assert.True(FiniteValues.AreAll(weight));
        weight[2, 700_000] = float.NaN;
        Assert.False(FiniteValues.AreAll(weight));
        Assert.True(FiniteValues.AreAll(empty(0, 4)));
        Assert.True(FiniteValues.AreAll(tensor(1.5f)));
    }
}
