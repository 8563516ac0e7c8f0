using System.ComponentModel;
using System.Diagnostics;

namespace OnePeace.Modalities.Audio.Decoding;

/// <summary>The sound of MP4 (M4A, MOV), Matroska (WebM), AAC, AMR, AVI and FLV files, by ffmpeg as a process where it is installed.</summary>
/// <remarks>
/// The container is told from the first bytes and forced, so that a playlist is never opened; only local files and pipes may be read.
/// What ffmpeg writes is a WAV of floats with all channels, read by <see cref="WavDecoder"/>.
/// </remarks>
/// <param name="program">The program to run.</param>
public sealed class FfmpegDecoder(string program = "ffmpeg") : IAudioDecoder
{
    private const int HeaderBytes = 4096;

    private static readonly WavDecoder Wav = new();

    public bool Reads(ReadOnlySpan<byte> bytes) => Demuxer(bytes) is not null;

    public async ValueTask<DecodedAudio> DecodeAsync(ReadOnlyMemory<byte> bytes, AudioLimits limits, CancellationToken cancellation)
    {
        var demuxer = Demuxer(bytes.Span) ?? throw new InvalidInputException(InputFault.UnsupportedFormat, "The sound is in no container that ffmpeg is asked to read here.");
        var folder = Directory.CreateTempSubdirectory("onepeace-sound-");   // readable by this user only
        try
        {
            var input = Path.Combine(folder.FullName, "input");             // MP4 cannot be read from a pipe
            await File.WriteAllBytesAsync(input, bytes, cancellation).ConfigureAwait(false);
            var wave = await RunAsync(demuxer, input, limits, cancellation).ConfigureAwait(false);
            return wave.Length == 0
                ? throw new InvalidInputException(InputFault.Unusable, "The file has no sound that can be decoded: it is damaged, or it has no audio track.")
                : await Wav.DecodeAsync(wave, limits, cancellation).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>ffmpeg's name of the container, or null.</summary>
    private static string? Demuxer(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12) return null;
        if (bytes[4..8].SequenceEqual("ftyp"u8)) return "mov";
        if (bytes.StartsWith<byte>([0x1A, 0x45, 0xDF, 0xA3])) return "matroska";
        if (bytes.StartsWith("#!AMR"u8)) return "amr";
        if (bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("AVI "u8)) return "avi";
        if (bytes.StartsWith("FLV\u0001"u8)) return "flv";
        return bytes[0] == 0xFF && (bytes[1] & 0xF6) == 0xF0 ? "aac" : null;
    }

    private async Task<byte[]> RunAsync(string demuxer, string input, AudioLimits limits, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(limits.MaxSeconds));
        using var process = Start(demuxer, input);
        try
        {
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, timeout.Token);
            var wave = await ReadAsync(process.StandardOutput.BaseStream, limits, timeout.Token).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? wave : [];
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException(InputFault.TooLarge, $"The sound takes longer than {limits.MaxSeconds} seconds to decode: shorten it.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(string demuxer, string input)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", $"file:{input}",
            "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new InvalidInputException(InputFault.UnsupportedFormat,
                "M4A, WebM and videos need ffmpeg on the server, which is not installed (Debian: apt install ffmpeg). WAV works without it.");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream output, AudioLimits limits, CancellationToken cancellation)
    {
        using var wave = new MemoryStream();
        var chunk = new byte[1 << 16];
        while (await output.ReadAsync(chunk, cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            if (wave.Length + count > (limits.MaxSamples * sizeof(float)) + HeaderBytes)
                throw new InvalidInputException(InputFault.TooLarge, $"The sound may have at most {limits.MaxSamples:N0} samples over all channels, but has more: shorten it.");
            wave.Write(chunk, 0, count);
        }
        return wave.ToArray();
    }
}
