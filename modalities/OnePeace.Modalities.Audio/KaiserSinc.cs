namespace OnePeace.Modalities.Audio;

/// <summary>A low-pass filter's impulse response: a sinc under a Kaiser window (Kaiser 1974), at any moment. Time is in samples, frequency in parts of their Nyquist.</summary>
internal sealed class KaiserSinc
{
    private readonly double _cutoff;
    private readonly double _beta;
    private readonly double _peak;

    /// <param name="passBandEnd">Where it begins to fall.</param>
    /// <param name="stopBandBegin">From where it is silent.</param>
    /// <param name="attenuationDb">How silent; at least 50.</param>
    public KaiserSinc(double passBandEnd, double stopBandBegin, double attenuationDb)
    {
        _cutoff = 0.5 * (passBandEnd + stopBandBegin);
        _beta = 0.1102 * (attenuationDb - 8.7);
        _peak = Bessel(_beta);
        HalfLength = (attenuationDb - 7.95) / (2.285 * Math.PI * (stopBandBegin - passBandEnd)) / 2;
    }

    /// <summary>The response is zero from here on, in both directions.</summary>
    public double HalfLength { get; }

    public double At(double time)
    {
        var ratio = time / HalfLength;
        if (Math.Abs(ratio) >= 1) return 0;
        var angle = Math.PI * _cutoff * time;
        return _cutoff * (angle == 0 ? 1 : Math.Sin(angle) / angle) * Bessel(_beta * Math.Sqrt(1 - (ratio * ratio))) / _peak;
    }

    /// <summary>The modified Bessel function of order zero, by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-17; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
