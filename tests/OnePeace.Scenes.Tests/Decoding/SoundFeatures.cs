using System.Runtime.InteropServices;
using OnePeace.Scenes.Sounds;

namespace OnePeace.Scenes.Tests.Decoding;

/// <summary>Four views of a sound, one a factor. The whole clip is normalised first, as models do.</summary>
internal static class SoundFeatures
{
    private const int Window = 1280, Hop = 400;

    private static readonly Spectrum Spectrum = new(Window, 100.0 / SoundMedium.RateHz, 6.3, 32);

    public static double[][] Of(byte[] file)
    {
        var samples = Read(file);
        var frames = Enumerable.Range(0, ((samples.Length - Window) / Hop) + 1).Select(frame => Spectrum.Of(samples.AsSpan(frame * Hop, Window))).ToList();
        var fundamentals = frames.Select(Spectrum.Fundamental).ToList();
        var energies = frames.Select(frame => frame.Sum(magnitude => magnitude * magnitude)).ToList();
        var total = energies.Sum();
        var pitch = fundamentals.Zip(energies, (bin, energy) => bin * energy).Sum() / total;
        var harmonics = Enumerable.Range(0, 5).Select(harmonic => frames.Select((frame, i) => energies[i] * Spectrum.Harmonics(frame, fundamentals[i], 5)[harmonic]).Sum() / total);
        return [[.. harmonics], [pitch], Beat(samples), Glide(fundamentals, energies, pitch)];
    }

    /// <summary>How loud it is shortly after three quarters of the clip, and later.</summary>
    public static double[] Tail(byte[] file)
    {
        var samples = Read(file);
        return [Loudness(0.76, 0.84), Loudness(0.88, 0.94)];

        double Loudness(double from, double to) => Math.Log(samples[(int)(from * samples.Length)..(int)(to * samples.Length)].Average(sample => sample * sample));
    }

    private static double[] Read(byte[] file) => Normalise(Array.ConvertAll(MemoryMarshal.Cast<byte, short>(file.AsSpan(WaveFile.HeaderBytes)).ToArray(), sample => (double)sample));

    private static double[] Normalise(double[] samples)
    {
        var mean = samples.Average();
        var deviation = Math.Sqrt(samples.Average(sample => (sample - mean) * (sample - mean)));
        return Array.ConvertAll(samples, sample => (sample - mean) / deviation);
    }

    /// <summary>How much the loudness beats 4, 8 and 16 times a second.</summary>
    private static double[] Beat(double[] samples)
    {
        var envelope = samples.Chunk(80).Select(chunk => Math.Sqrt(chunk.Average(sample => sample * sample))).ToArray();
        var mean = envelope.Average();
        return [.. new[] { 2, 4, 8 }.Select(turns => new System.Numerics.Complex(
            envelope.Select((value, i) => (value - mean) * Math.Cos(Math.Tau * turns * i / envelope.Length)).Sum(),
            envelope.Select((value, i) => (value - mean) * Math.Sin(Math.Tau * turns * i / envelope.Length)).Sum()).Magnitude)];
    }

    /// <summary>How pitch goes with time, and with the distance from the middle.</summary>
    private static double[] Glide(List<int> fundamentals, List<double> energies, double pitch)
    {
        var times = fundamentals.Select((_, i) => (2.0 * i / (fundamentals.Count - 1)) - 1).ToList();
        return [Slope(time => time), Slope(Math.Abs)];

        double Slope(Func<double, double> of)
        {
            var mean = times.Zip(energies, (time, energy) => of(time) * energy).Sum() / energies.Sum();
            var spread = times.Zip(energies, (time, energy) => Math.Pow(of(time) - mean, 2) * energy).Sum();
            return times.Select((time, i) => (of(time) - mean) * (fundamentals[i] - pitch) * energies[i]).Sum() / spread;
        }
    }
}
