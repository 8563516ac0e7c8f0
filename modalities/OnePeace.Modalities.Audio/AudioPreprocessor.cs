using System.Collections.Concurrent;
using OnePeace.Modalities.Audio.Decoding;

namespace OnePeace.Modalities.Audio;

/// <summary>Sound to a normalised waveform as the official pipeline makes it: mono, 16 kHz, layer-normalised over the whole clip, then 1 to 15 s of it.</summary>
/// <remarks>
/// Fields: <c>waveform</c> float32 <c>[T]</c>; <c>padding_mask</c> bool <c>[T']</c>, one more than the extractor makes frames. Options:
/// <c>task.max_duration</c> (15 s), <c>feature_encoder_spec</c>, <c>max_bytes</c> (64 MiB), <c>max_samples</c> (10 minutes of 48 kHz stereo).
/// </remarks>
public sealed class AudioPreprocessor : IPreprocessor
{
    private const int RateHz = 16_000;
    private const int MostCachedResamplers = 8;

    private readonly IReadOnlyList<IAudioDecoder> _decoders;
    private readonly IReadOnlyList<Convolution> _convolutions;
    private readonly AudioLimits _limits;
    private readonly int _maxBytes;
    private readonly int _maxLength;
    private readonly ConcurrentDictionary<int, Resampler> _resamplers = [];

    public AudioPreprocessor(ModalityOptions options)
        : this(options, [new WavDecoder(), new SndFileDecoder(), new FfmpegDecoder()])
    {
    }

    /// <param name="options">As above.</param>
    /// <param name="decoders">Asked in order; the first that reads the format decodes.</param>
    public AudioPreprocessor(ModalityOptions options, IReadOnlyList<IAudioDecoder> decoders)
    {
        _decoders = decoders;
        _convolutions = AudioOptions.Convolutions(options) ?? ConvolutionSpec.Parse(ConvolutionSpec.Default);
        _limits = new AudioLimits(options.Int32("max_samples", 57_600_000));
        _maxBytes = options.Int32("max_bytes", 64 << 20);
        _maxLength = RateHz * options.Int32("task.max_duration", 15);
        if (_maxLength < RateHz) throw new InvalidDataException($"Audio option 'task.max_duration' must be at least 1 second, but is {_maxLength / RateHz}.");
    }

    public async ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation)
    {
        if (input.Bytes.IsEmpty) throw new InvalidInputException(InputFault.Unusable, "The sound is empty (0 bytes): send a WAV, FLAC, OGG, MP3, M4A or WebM file.");
        if (input.Bytes.Length > _maxBytes)
            throw new InvalidInputException(InputFault.TooLarge, $"The sound file may have at most {_maxBytes:N0} bytes, but has {input.Bytes.Length:N0}: shorten or compress it.");
        var decoder = _decoders.FirstOrDefault(d => d.Reads(input.Bytes.Span))
            ?? throw new InvalidInputException(InputFault.UnsupportedFormat, "The sound is in no format known here: send WAV, FLAC, OGG, MP3, M4A or WebM.");
        var decoded = await decoder.DecodeAsync(input.Bytes, _limits, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();

        var waveform = Waveform.Fit(Waveform.Normalise(AtRate(Check(decoded), cancellation)), RateHz, _maxLength);   // [T]
        var tokens = (int)ConvolutionSpec.Frames(_convolutions, waveform.Length) + 1;
        return new PreparedInput(
            [
                new InputField(AudioAdaptor.WaveformField, HostTensor.Create(waveform, waveform.Length)),
                new InputField(AudioAdaptor.PaddingField, HostTensor.Create(new bool[tokens], tokens), Padding: 1),
            ],
            tokens);
    }

    private static DecodedAudio Check(DecodedAudio decoded)
    {
        if (decoded.Samples.Length == 0) throw new InvalidInputException(InputFault.Unusable, "The sound has no samples: send at least one.");
        var broken = Array.FindIndex(decoded.Samples, sample => !float.IsFinite(sample));
        return broken < 0
            ? decoded
            : throw new InvalidInputException(InputFault.Unusable, $"The sound's samples must be finite, but sample {broken:N0} is not a number or infinite.");
    }

    private float[] AtRate(DecodedAudio decoded, CancellationToken cancellation)
    {
        if (decoded.SampleRateHz == RateHz) return decoded.Samples;
        if (!Resampler.Supports(decoded.SampleRateHz, RateHz))
            throw new InvalidInputException(InputFault.Unusable, $"A rate of {decoded.SampleRateHz:N0} samples a second cannot be converted to {RateHz:N0}: resample the sound.");
        if (Resampler.Length(decoded.Samples.Length, decoded.SampleRateHz, RateHz) is var length && length > _limits.MaxSamples / 2)
            throw new InvalidInputException(InputFault.TooLarge, $"The sound may become at most {_limits.MaxSamples / 2:N0} samples at {RateHz:N0} a second, but becomes {length:N0}: shorten it.");
        if (_resamplers.Count > MostCachedResamplers) _resamplers.Clear();
        return _resamplers.GetOrAdd(decoded.SampleRateHz, rate => new Resampler(rate, RateHz)).Resample(decoded.Samples, cancellation);
    }
}
