namespace OnePeace.Modalities.Audio.Decoding;
public sealed class SndFileDecoder : IAudioDecoder { public bool Reads(ReadOnlySpan<byte> b) => false; public ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken c) => throw new NotSupportedException(); }
public sealed class FfmpegDecoder : IAudioDecoder { public bool Reads(ReadOnlySpan<byte> b) => false; public ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken c) => throw new NotSupportedException(); }
