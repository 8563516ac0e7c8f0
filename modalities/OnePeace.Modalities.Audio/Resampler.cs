using System.Numerics;

namespace OnePeace.Modalities.Audio;

/// <summary>
/// Changes the sample rate by a rational factor with a linear-phase filter in phases. Its bands and attenuation are those of SoX's
/// high-quality preset, which the official pipeline uses (docs/decisions/0004-resampling.md).
/// </summary>
public sealed class Resampler
{
    private const double PassBandEnd = 0.9136;      // of the lower Nyquist frequency: 1 - 0.05 / TO_3dB(120.4 dB)
    private const double AttenuationDb = 126.4;     // (20 bits + 1) * 6.02 dB
    private const int MaxTaps = 1 << 23;            // over all phases: 32 MB

    /// <summary>The second of the two stages SoX takes for a fractional factor, at twice the input's rate; fitted to what it gives.</summary>
    private static readonly KaiserSinc SecondStage = new(0.62, 1.22, 100);

    private readonly int _up;
    private readonly int _down;
    private readonly int _taps;
    private readonly int _centre;
    private readonly KaiserSinc _filter;
    private readonly float[] _phases;               // [up, taps]

    /// <exception cref="ArgumentOutOfRangeException">A rate is not positive, or <see cref="Supports"/> says no.</exception>
    public Resampler(int fromHz, int toHz)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fromHz);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(toHz);
        if (!Supports(fromHz, toHz)) throw new ArgumentOutOfRangeException(nameof(fromHz), $"{fromHz} to {toHz} samples a second needs a filter of more than {MaxTaps:N0} taps.");
        var divisor = (int)BigInteger.GreatestCommonDivisor(fromHz, toHz);
        (_up, _down) = (toHz / divisor, fromHz / divisor);
        _filter = Filter(fromHz, toHz);
        _centre = (int)Math.Ceiling(_filter.HalfLength);
        _taps = (2 * _centre) + 1;
        _phases = Design();
    }

    /// <summary>Whether two rates can be converted exactly with a filter of reasonable size.</summary>
    public static bool Supports(int fromHz, int toHz) =>
        toHz / (long)BigInteger.GreatestCommonDivisor(fromHz, toHz) * ((2 * (long)Math.Ceiling(Filter(fromHz, toHz).HalfLength)) + 1) <= MaxTaps;

    /// <summary>How many samples come of so many.</summary>
    public static long Length(long samples, int fromHz, int toHz) => ((samples * toHz) + fromHz - 1) / fromHz;

    /// <summary>All of a signal at once: <c>ceil(n * to / from)</c> samples, silence assumed before and after.</summary>
    public float[] Resample(ReadOnlySpan<float> input, CancellationToken cancellation = default)
    {
        var padded = new float[input.Length + (2 * _taps)];
        input.CopyTo(padded.AsSpan(_taps));
        var output = new float[checked((int)Length(input.Length, _down, _up))];
        for (var i = 0; i < output.Length; i++)
        {
            if (i % 65_536 == 0) cancellation.ThrowIfCancellationRequested();
            var position = (long)i * _down;
            var first = (int)(position / _up) - _centre + _taps;
            output[i] = Dot(padded.AsSpan(first, _taps), _phases.AsSpan((int)(position % _up) * _taps, _taps));
        }
        if (_up > 1 && _down > 1) CutPreRinging(input, output);
        return output;
    }

    private static KaiserSinc Filter(int fromHz, int toHz)
    {
        var lowest = Math.Min(1.0, (double)toHz / fromHz);
        return new KaiserSinc(PassBandEnd * lowest, lowest, AttenuationDb);
    }

    /// <summary>Every phase of the filter, each normalised to unit gain at zero frequency.</summary>
    private float[] Design()
    {
        var phases = new float[_up * _taps];
        var taps = new double[_taps];
        for (var phase = 0; phase < _up; phase++)
        {
            for (var tap = 0; tap < _taps; tap++) taps[tap] = _filter.At(tap - _centre - ((double)phase / _up));
            var sum = taps.Sum();
            for (var tap = 0; tap < _taps; tap++) phases[(phase * _taps) + tap] = (float)(taps[tap] / sum);
        }
        return phases;
    }

    /// <summary>The first few samples as two stages make them, the first of which drops what rings before the beginning.</summary>
    private void CutPreRinging(ReadOnlySpan<float> input, float[] output)
    {
        for (var i = 0; i < output.Length && 2.0 * i * _down / _up < SecondStage.HalfLength; i++)
        {
            var time = 2.0 * i * _down / _up;       // in samples of twice the input's rate
            var sum = 0.0;
            for (var sample = 0; sample < time + SecondStage.HalfLength; sample++) sum += FirstStage(input, sample / 2.0) * SecondStage.At(time - sample);
            output[i] = (float)sum;
        }
    }

    private double FirstStage(ReadOnlySpan<float> input, double time)
    {
        var sum = 0.0;
        for (var sample = Math.Max(0, (int)(time - _centre)); sample < Math.Min(input.Length, time + _centre + 1); sample++)
            sum += input[sample] * _filter.At(time - sample);
        return sum;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var lanes = Vector<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            lanes += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        var sum = Vector.Sum(lanes);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
