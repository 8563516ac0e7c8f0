using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Image;

/// <summary>Stretches a relative position table to a larger grid: old distances in geometric progression, a bicubic spline between them (BEiT's scheme).</summary>
internal static class RelativeTableResizing
{
    /// <summary><c>[(2 from - 1)² + 3, H] -> [(2 to - 1)² + 3, H]</c> in double precision; type and special rows stay.</summary>
    public static Tensor Resize(Tensor table, int to)
    {
        using var scope = NewDisposeScope();
        var span = (2 * ImageGrid.RelativeSide(table.size(0))) - 1;
        var target = (2 * to) - 1;
        var heads = table.size(1);
        var weights = tensor(SplineWeights(Positions(span, target), target), [target, span], ScalarType.Float64);
        var grid = table.narrow(0, 0, (long)span * span).to(ScalarType.Float64).view(span, span, heads).permute(2, 0, 1);   // [H, span, span]
        var resized = weights.matmul(grid).matmul(weights.t())                                                              // [H, target, target]
            .permute(1, 2, 0).reshape((long)target * target, heads).to(ScalarType.Float32).to(table.dtype);
        return cat([resized, table.narrow(0, (long)span * span, ImageGrid.SpecialRows)], dim: 0).MoveToOuterDisposeScope();
    }

    /// <summary>Where the old distances stand on the new axis, symmetric around 0; their gaps grow by one ratio so that the last fits the new size.</summary>
    internal static double[] Positions(int span, int target)
    {
        var half = span / 2;
        var ratio = Ratio(half, target / 2);
        var distances = new double[half];
        var current = 1.0;
        for (var i = 0; i < half; i++)
        {
            distances[i] = current;
            current += Math.Pow(ratio, i + 1);
        }
        return [.. distances.Reverse().Select(d => -d), 0, .. distances];
    }

    /// <summary>Weights of the old values in each new one, row-major <c>[target, positions]</c>: a spline is linear in its values. Clamped beyond the ends.</summary>
    internal static double[] SplineWeights(double[] positions, int target)
    {
        var count = positions.Length;
        var weights = new double[target * count];
        for (var column = 0; column < count; column++)
        {
            var unit = new double[count];
            unit[column] = 1;
            var spline = new NotAKnotSpline(positions, unit);
            for (var row = 0; row < target; row++)
                weights[(row * count) + column] = spline.At(Math.Clamp(row - (target / 2), positions[0], positions[^1]));
        }
        return weights;
    }

    /// <summary>The ratio, bisected to 1e-6 between 1.01 and 1.5.</summary>
    private static double Ratio(int terms, int length)
    {
        var (left, right, ratio) = (1.01, 1.5, 0.0);
        while (right - left > 1e-6)
        {
            ratio = (left + right) / 2;
            if ((1 - Math.Pow(ratio, terms)) / (1 - ratio) > length) right = ratio;
            else left = ratio;
        }
        return ratio;
    }
}
