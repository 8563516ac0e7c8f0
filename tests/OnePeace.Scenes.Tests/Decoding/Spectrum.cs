namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>Magnitudes at frequencies evenly spaced in pitch, of windows (Hann) of one length.</summary>
internal sealed class Spectrum
{
    private readonly (double[] Cos, double[] Sin)[] _waves;
    private readonly double _low, _binsAnOctave;

    /// <param name="window">Samples.</param>
    /// <param name="low">The lowest frequency, in cycles a sample.</param>
    /// <param name="octaves">How far up.</param>
    /// <param name="binsAnOctave">How finely.</param>
    public Spectrum(int window, double low, double octaves, int binsAnOctave)
    {
        (_low, _binsAnOctave) = (low, binsAnOctave);
        _waves = [.. Enumerable.Range(0, (int)(octaves * binsAnOctave)).Select(bin => (Wave(window, Frequency(bin), Math.Cos), Wave(window, Frequency(bin), Math.Sin)))];
    }

    public double Frequency(double bin) => _low * Math.Pow(2, bin / _binsAnOctave);

    public double[] Of(ReadOnlySpan<double> window)
    {
        var magnitudes = new double[_waves.Length];
        for (var bin = 0; bin < magnitudes.Length; bin++)
        {
            double real = 0, imaginary = 0;
            for (var i = 0; i < window.Length; i++) (real, imaginary) = (real + (window[i] * _waves[bin].Cos[i]), imaginary + (window[i] * _waves[bin].Sin[i]));
            magnitudes[bin] = Math.Sqrt((real * real) + (imaginary * imaginary));
        }
        return magnitudes;
    }

    /// <summary>The bin of the lowest peak that is not small.</summary>
    public static int Fundamental(double[] magnitudes)
    {
        var least = 0.4 * magnitudes.Max();
        for (var bin = 1; bin < magnitudes.Length - 1; bin++)
            if (magnitudes[bin] > least && magnitudes[bin] >= magnitudes[bin - 1] && magnitudes[bin] >= magnitudes[bin + 1]) return bin;
        return Array.IndexOf(magnitudes, magnitudes.Max());
    }

    /// <summary>How strong the first harmonics of a fundamental are, together 1.</summary>
    public double[] Harmonics(double[] magnitudes, int fundamental, int count)
    {
        var strengths = Enumerable.Range(1, count).Select(harmonic => fundamental + (_binsAnOctave * Math.Log2(harmonic)))
            .Select(bin => (int)Math.Round(bin)).Select(bin => bin < magnitudes.Length ? magnitudes[bin] : 0).ToArray();
        var total = strengths.Sum();
        return Array.ConvertAll(strengths, strength => strength / total);
    }

    private static double[] Wave(int window, double frequency, Func<double, double> wave) =>
        [.. Enumerable.Range(0, window).Select(i => wave(Math.Tau * frequency * i) * (0.5 - (0.5 * Math.Cos(Math.Tau * (i + 0.5) / window))))];
}
