namespace OnePeace.Modalities.Image;

/// <summary>8-bit levels to the range that CLIP, and ONE-PEACE after it, was trained on.</summary>
public static class ClipPixels
{
    private static readonly float[] _means = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] _deviations = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[][] _values = [.. Enumerable.Range(0, 3).Select(Values)];

    /// <param name="levels"><c>[N, 3]</c>, red first.</param>
    /// <returns><c>[3, N]</c>.</returns>
    public static float[] Normalise(ReadOnlySpan<byte> levels)
    {
        var normalised = new float[levels.Length];
        Normalise(levels, normalised);
        return normalised;
    }

    /// <param name="levels"><c>[N, 3]</c>, red first.</param>
    /// <param name="normalised"><c>[3, N]</c>.</param>
    public static void Normalise(ReadOnlySpan<byte> levels, Span<float> normalised)
    {
        var pixels = levels.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var values = _values[channel];
            for (var n = 0; n < pixels; n++)
                normalised[channel * pixels + n] = values[levels[3 * n + channel]];
        }
    }

    /// <summary>The value of every level: <c>(level / 255 - mean) / deviation</c>.</summary>
    private static float[] Values(int channel) =>
        [.. Enumerable.Range(0, 256).Select(level => (level / 255f - _means[channel]) / _deviations[channel])];
}
