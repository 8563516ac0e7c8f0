using System.Globalization;

namespace OnePeace.Training.Reports.Charts;

/// <summary>A range of numbers on a line of pixels, with ticks at round numbers.</summary>
internal sealed class Axis
{
    private readonly double _start, _length;

    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest value.</param>
    /// <param name="start">Where the axis starts, in pixels.</param>
    /// <param name="length">How far it goes, in pixels; below zero for upwards.</param>
    /// <param name="about">About how many ticks.</param>
    public Axis(double low, double high, double start, double length, int about)
    {
        (_start, _length) = (start, length);
        if (high <= low) (low, high) = low == 0 ? (0, 1) : (low - Math.Abs(low) / 2, low + Math.Abs(low) / 2);
        Step = RoundStep((high - low) / about);
        Low = Math.Floor(low / Step + 1e-9) * Step;
        High = Math.Ceiling(high / Step - 1e-9) * Step;
    }

    /// <summary>Between ticks: 1, 2 or 5 times a power of ten.</summary>
    public double Step { get; }

    public double Low { get; }

    public double High { get; }

    public IEnumerable<double> Ticks => Enumerable.Range(0, (int)Math.Round((High - Low) / Step) + 1).Select(i => Low + i * Step);

    public double At(double value) => _start + (value - Low) / (High - Low) * _length;

    /// <summary>A tick's label: no more digits than the step has; very small and very large ones as powers of ten.</summary>
    public string Label(double value)
    {
        if (Math.Abs(value) < Step / 2) return "0";
        var largest = Math.Max(Math.Abs(Low), Math.Abs(High));
        if (largest is >= 1e6 or < 1e-3) return (value.ToString("0.###e+0", CultureInfo.InvariantCulture)).Replace("e+", "e", StringComparison.Ordinal);
        var digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 9);
        return value.ToString($"#,##0.{new string('0', digits)}", CultureInfo.InvariantCulture);
    }

    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * ((step / power) switch { <= 1 + 1e-9 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}
