namespace OnePeace.Modalities.Audio;

/// <summary>What is done to samples before the extractor sees them (BaseDataset.audio_postprocess of the official code).</summary>
public static class Waveform
{
    private const double Epsilon = 1e-5;

    /// <summary>Layer normalisation over the whole clip: zero mean, unit variance. Silence stays silence.</summary>
    public static float[] Normalise(float[] samples)
    {
        double sum = 0, squares = 0;
        foreach (var sample in samples) sum += sample;
        var mean = sum / samples.Length;
        foreach (var sample in samples) squares += (sample - mean) * (sample - mean);
        var scale = 1 / Math.Sqrt((squares / samples.Length) + Epsilon);
        return Array.ConvertAll(samples, sample => (float)((sample - mean) * scale));
    }

    /// <summary>The first <paramref name="longest"/> samples of a long clip; a short one repeated up to <paramref name="shortest"/>.</summary>
    public static float[] Fit(float[] samples, int shortest, int longest)
    {
        if (samples.Length > longest) return samples[..longest];
        if (samples.Length >= shortest) return samples;
        var tiled = new float[shortest];
        for (var i = 0; i < shortest; i++) tiled[i] = samples[i % samples.Length];
        return tiled;
    }
}
