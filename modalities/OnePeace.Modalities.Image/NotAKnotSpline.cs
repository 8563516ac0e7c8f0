namespace OnePeace.Modalities.Image;

/// <summary>The cubic spline through points whose first two and last two pieces are one cubic each ("not a knot").</summary>
internal sealed class NotAKnotSpline
{
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly double[] _curvature;

    /// <param name="x">Ascending; at least four.</param>
    /// <param name="y">Values.</param>
    public NotAKnotSpline(double[] x, double[] y)
    {
        if (x.Length < 4 || y.Length != x.Length) throw new ArgumentException($"A cubic spline needs at least 4 points, but {x.Length} came.", nameof(x));
        (_x, _y) = (x, y);
        _curvature = Solve(Equations());
    }

    /// <summary>The value at a place between the first and the last point.</summary>
    public double At(double place)
    {
        var i = Math.Clamp(Array.FindLastIndex(_x, x => x <= place), 0, _x.Length - 2);
        var (width, before, after) = (_x[i + 1] - _x[i], place - _x[i], _x[i + 1] - place);
        return (((_curvature[i] * after * after * after) + (_curvature[i + 1] * before * before * before)) / (6 * width))
            + (((_y[i] / width) - (_curvature[i] * width / 6)) * after)
            + (((_y[i + 1] / width) - (_curvature[i + 1] * width / 6)) * before);
    }

    /// <summary>One row a point for the second derivatives, the right side last: smooth slopes inside, equal third derivatives at the second and the last but one.</summary>
    private double[][] Equations()
    {
        var last = _x.Length - 1;
        var rows = new double[last + 1][];
        for (var i = 0; i <= last; i++)
        {
            var row = rows[i] = new double[last + 2];
            var middle = Math.Clamp(i, 1, last - 1);
            var (left, right) = (_x[middle] - _x[middle - 1], _x[middle + 1] - _x[middle]);
            if (i == middle)
            {
                (row[i - 1], row[i], row[i + 1]) = (left, 2 * (left + right), right);
                row[last + 1] = 6 * (((_y[i + 1] - _y[i]) / right) - ((_y[i] - _y[i - 1]) / left));
            }
            else
            {
                (row[middle - 1], row[middle], row[middle + 1]) = (right, -(left + right), left);
            }
        }
        return rows;
    }

    /// <summary>Gaussian elimination with pivoting.</summary>
    private static double[] Solve(double[][] rows)
    {
        var count = rows.Length;
        for (var pivot = 0; pivot < count; pivot++)
        {
            var best = Enumerable.Range(pivot, count - pivot).MaxBy(i => Math.Abs(rows[i][pivot]));
            (rows[pivot], rows[best]) = (rows[best], rows[pivot]);
            for (var i = pivot + 1; i < count; i++)
            {
                var factor = rows[i][pivot] / rows[pivot][pivot];
                for (var j = pivot; factor != 0 && j <= count; j++) rows[i][j] -= factor * rows[pivot][j];
            }
        }
        var solution = new double[count];
        for (var i = count - 1; i >= 0; i--)
        {
            var known = Enumerable.Range(i + 1, count - i - 1).Sum(j => rows[i][j] * solution[j]);
            solution[i] = (rows[i][count] - known) / rows[i][i];
        }
        return solution;
    }
}
