using OnePeace.Modalities.Ffmpeg;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The first sound track of M4A, MP4, MOV, WebM, Matroska, AAC, AMR, AVI and FLV by an ffmpeg process without network or playlists.</summary>
/// <param name="program">Name or path of the program.</param>
public sealed class FfmpegDecoder(string program = "ffmpeg") : IAudioDecoder
{
    /// <summary>Sound only: no picture or subtitle decoder ever sees the file.</summary>
    private const string Codecs = "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,alac,flac,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,libvorbis,"
        + "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,speex,libspeex,nellymoser,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,"
        + "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_alaw,pcm_mulaw";

    public bool Reads(ReadOnlySpan<byte> bytes) => ContainerSignature.Demuxer(bytes) is not null;

    public async ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        var demuxer = ContainerSignature.Demuxer(bytes.Span) ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "The audio must be M4A, MP4, MOV, WebM, Matroska, AAC, AMR, AVI or FLV, but its first bytes are none of these: convert it.");
        using var file = await FfmpegFile.CreateAsync(bytes, Refusals(limits), limits.MaxSeconds, cancellation);
        return (await file.RunAsync(Command(demuxer), (output, time) => WaveStream.ReadAsync(output, limits, time))).Finish();
    }

    private FfmpegCommand Command(string demuxer) => new()
    {
        Program = program,
        Demuxer = demuxer,
        Codecs = Codecs,
        Input = ["-vn", "-sn", "-dn"],
        Output = ["-map", "0:a:0", "-map_metadata", "-1", "-f", "wav", "-c:a", "pcm_f32le", "pipe:1"],
    };

    private static FfmpegRefusals Refusals(AudioLimits limits) => new(
        "M4A, WebM and other films' sound need the program ffmpeg on the server (Debian: apt install ffmpeg); WAV works without it.",
        $"The audio must decode within {limits.MaxSeconds} s, but took longer: send a shorter clip, or WAV.",
        _ => new InvalidInputException(InputFault.Unusable,
            "The audio must be a whole file with a sound track, but none could be decoded from it: check that it plays, or send WAV."));
}
