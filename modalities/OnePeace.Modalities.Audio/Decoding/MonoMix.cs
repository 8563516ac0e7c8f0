namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The mean over channels in float32, as librosa forms it.</summary>
public static class MonoMix
{
    /// <param name="interleaved">Frames of <paramref name="channels"/> samples; an incomplete last frame is dropped.</param>
    /// <param name="channels">At least 1.</param>
    public static float[] Mix(float[] interleaved, int channels)
    {
        if (channels == 1) return interleaved;
        var mono = new float[interleaved.Length / channels];
        for (var frame = 0; frame < mono.Length; frame++)
        {
            var sum = 0f;
            for (var channel = 0; channel < channels; channel++) sum += interleaved[(frame * channels) + channel];
            mono[frame] = sum / channels;
        }
        return mono;
    }
}
