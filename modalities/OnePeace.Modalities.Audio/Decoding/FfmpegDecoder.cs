using System.ComponentModel;
using System.Diagnostics;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The first sound track of M4A, MP4, MOV, WebM, Matroska, AAC, AMR, AVI and FLV by an ffmpeg process without network or playlists.</summary>
/// <param name="program">Name or path of the program.</param>
public sealed class FfmpegDecoder(string program = "ffmpeg") : IAudioDecoder
{
    private const string InputName = "input";

    /// <summary>Sound only: no picture or subtitle decoder ever sees the file.</summary>
    private const string Codecs = "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,alac,flac,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,libvorbis,"
        + "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,speex,libspeex,nellymoser,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,"
        + "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_alaw,pcm_mulaw";

    private static readonly string[] _keptVariables = ["PATH", "LD_LIBRARY_PATH", "SystemRoot"];

    public bool Reads(ReadOnlySpan<byte> bytes) => ContainerSignature.Demuxer(bytes) is not null;

    public async ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        var demuxer = ContainerSignature.Demuxer(bytes.Span) ?? throw new InvalidInputException(InputFault.UnsupportedFormat,
            "The audio must be M4A, MP4, MOV, WebM, Matroska, AAC, AMR, AVI or FLV, but its first bytes are none of these: convert it.");
        var folder = Directory.CreateTempSubdirectory("onepeace-audio-");   // for this user only
        try
        {
            await WriteAsync(Path.Combine(folder.FullName, InputName), bytes, cancellation);
            return await RunAsync(folder.FullName, demuxer, limits, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(bytes, cancellation);
    }

    private async Task<DecodedAudio> RunAsync(string folder, string demuxer, AudioLimits limits, CancellationToken cancellation)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(TimeSpan.FromSeconds(limits.MaxSeconds));
        using var process = Start(folder, demuxer);
        using var kill = time.Token.UnsafeRegister(_ => Kill(process), null);
        var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        try
        {
            var samples = await WaveStream.ReadAsync(process.StandardOutput.BaseStream, limits, time.Token);
            time.Token.ThrowIfCancellationRequested();
            await process.WaitForExitAsync(time.Token);
            return samples is not null && process.ExitCode == 0 ? samples.Finish() : throw Unusable();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException(InputFault.Unusable,
                $"The audio must decode within {limits.MaxSeconds} s, but took longer: send a shorter clip, or WAV.");
        }
        finally
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None);
            await complaints;
        }
    }

    private Process Start(string folder, string demuxer)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = _keptVariables.Where(start.Environment.ContainsKey).ToDictionary(name => name, name => start.Environment[name]);
        start.Environment.Clear();
        foreach (var (name, value) in kept) start.Environment[name] = value;
        foreach (var argument in Arguments(demuxer)) start.ArgumentList.Add(argument);
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new InvalidInputException(InputFault.UnsupportedFormat,
                "M4A, WebM and other films' sound need the program ffmpeg on the server (Debian: apt install ffmpeg); WAV works without it.");
        }
    }

    /// <summary>One named demuxer, also for what lies inside it (AVI subtitles can carry a playlist), and no file but the input.</summary>
    private static IEnumerable<string> Arguments(string demuxer) =>
    [
        "-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", "268435456",
        "-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer, "-codec_whitelist", Codecs, "-f", demuxer,
        .. demuxer == "mov" ? ["-enable_drefs", "0", "-use_absolute_path", "0"] : Array.Empty<string>(),
        "-threads", "1", "-vn", "-sn", "-dn", "-i", $"file:{InputName}",
        "-map", "0:a:0", "-map_metadata", "-1", "-f", "wav", "-c:a", "pcm_f32le", "pipe:1",
    ];

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself in the meantime.
        }
    }

    private static InvalidInputException Unusable() => new(InputFault.Unusable,
        "The audio must be a whole file with a sound track, but none could be decoded from it: check that it plays, or send WAV.");
}
