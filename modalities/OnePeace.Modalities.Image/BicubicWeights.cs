namespace OnePeace.Modalities.Image;

/// <summary>Which pixels of a line make up each pixel of a shorter or longer one, and by how much.</summary>
/// <remarks>PIL's arithmetic (<c>Resample.c</c>, 8 bits a channel): bicubic with a = -1/2, widened when shrinking, weights of 22 fractional bits.</remarks>
internal sealed class BicubicWeights
{
    public const int FractionBits = 22;
    private const double A = -0.5;
    private const double Reach = 2.0;

    private readonly int[] _starts;
    private readonly int[][] _weights;

    /// <param name="from">Pixels of the line that is read.</param>
    /// <param name="to">Pixels of the line that is made.</param>
    public BicubicWeights(int from, int to)
    {
        _starts = new int[to];
        _weights = new int[to][];
        var scale = (double)from / to;
        var widened = Math.Max(scale, 1.0);
        for (var pixel = 0; pixel < to; pixel++)
        {
            var centre = (pixel + 0.5) * scale;
            var start = Math.Max((int)(centre - Reach * widened + 0.5), 0);
            var end = Math.Min((int)(centre + Reach * widened + 0.5), from);
            _starts[pixel] = start;
            _weights[pixel] = Normalised(start, end, centre, 1.0 / widened);
        }
    }

    /// <summary>The first pixel that is read for one that is made.</summary>
    public int Start(int pixel) => _starts[pixel];

    /// <summary>The weights of that pixel and those after it; they sum to about 1.</summary>
    public ReadOnlySpan<int> this[int pixel] => _weights[pixel];

    private static int[] Normalised(int start, int end, double centre, double narrowing)
    {
        var weights = new double[end - start];
        var sum = 0.0;
        for (var at = 0; at < weights.Length; at++)
            sum += weights[at] = Bicubic((at + start - centre + 0.5) * narrowing);
        return Array.ConvertAll(weights, weight => FixedPoint(sum == 0.0 ? weight : weight / sum));
    }

    private static int FixedPoint(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << FractionBits));

    private static double Bicubic(double x)
    {
        x = Math.Abs(x);
        return x < 1.0 ? ((A + 2.0) * x - (A + 3.0)) * x * x + 1
            : x < 2.0 ? (((x - 5) * x + 8) * x - 4) * A
            : 0.0;
    }
}
