using System.Buffers;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>Collects decoded frames as mono and stops at the limit, whatever a header promised.</summary>
internal sealed class MonoSamples
{
    private readonly ArrayBufferWriter<float> _mono = new();
    private readonly int _channels;
    private readonly int _sampleRateHz;
    private readonly AudioLimits _limits;
    private long _taken;

    /// <inheritdoc cref="AudioLimits.CheckFormat" path="/exception"/>
    public MonoSamples(long channels, long sampleRateHz, AudioLimits limits)
    {
        AudioLimits.CheckFormat(channels, sampleRateHz);
        _channels = (int)channels;
        _sampleRateHz = (int)sampleRateHz;
        _limits = limits;
    }

    /// <summary>Samples of a buffer that holds about 64 KiB of whole frames.</summary>
    public int ChunkLength => 16_384 / _channels * _channels;

    /// <exception cref="InvalidInputException">So many frames do not fit the limit.</exception>
    public void Expect(long frames) => _limits.CheckSamples(Math.Min(frames, long.MaxValue / _channels) * _channels);

    /// <param name="interleaved">Whole frames; an incomplete last one is dropped.</param>
    /// <exception cref="InvalidInputException">Over the limit.</exception>
    public void Add(ReadOnlySpan<float> interleaved)
    {
        _taken += interleaved.Length;
        _limits.CheckSamples(_taken);
        _mono.Write(MonoMix.Mix(interleaved.ToArray(), _channels));
    }

    /// <exception cref="InvalidInputException">No frame, or a sample that is not finite.</exception>
    public DecodedAudio Finish()
    {
        var samples = _mono.WrittenSpan.ToArray();
        if (samples.Length == 0)
            throw new InvalidInputException(InputFault.Unusable, "The audio decodes to no samples: send a clip that holds sound.");
        if (!Array.TrueForAll(samples, float.IsFinite))
            throw new InvalidInputException(InputFault.Unusable, "The audio holds samples that are not finite: export it again.");
        return new DecodedAudio(samples, _sampleRateHz);
    }
}
