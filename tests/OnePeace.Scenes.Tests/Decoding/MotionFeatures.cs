using System.Runtime.InteropServices;

namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>Four views of a motion, one a factor.</summary>
internal static class MotionFeatures
{
    private const int Rows = 64;

    private static readonly Spectrum Spectrum = new(Rows, 1.5 / Rows, 4.4, 24);

    public static double[][] Of(byte[] file)
    {
        var values = MemoryMarshal.Cast<byte, float>(file).ToArray();
        var axes = Enumerable.Range(0, 6).Select(axis => Centre([.. Enumerable.Range(0, Rows).Select(row => (double)values[(6 * row) + axis])])).ToList();
        double[] along = Sum(axes.Take(3).Select(axis => Spectrum.Of(axis))), around = Sum(axes.Skip(3).Select(axis => Spectrum.Of(axis)));
        var fundamental = Spectrum.Fundamental(Sum([Scale(along), Scale(around)]));
        var deviations = axes.Select(axis => Math.Sqrt(axis.Average(value => value * value))).ToList();
        double[] patterns = [.. deviations.Take(3).Select(value => value / deviations.Take(3).Sum()), .. deviations.Skip(3).Select(value => value / deviations.Skip(3).Sum())];
        return
        [
            [.. Spectrum.Harmonics(along, fundamental, 3), .. Spectrum.Harmonics(around, fundamental, 3)],
            [fundamental],
            [Math.Log(deviations.Take(3).Sum(value => value * value)), Math.Log(deviations.Skip(3).Sum(value => value * value))],
            patterns,
        ];
    }

    private static double[] Centre(double[] values) => Array.ConvertAll(values, value => value - values.Average());

    private static double[] Scale(double[] values) => Array.ConvertAll(values, value => value / values.Max());

    private static double[] Sum(IEnumerable<double[]> rows) => rows.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
}
