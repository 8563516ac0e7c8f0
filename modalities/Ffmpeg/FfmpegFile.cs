using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace OnePeace.Modalities.Ffmpeg;

/// <summary>A media file in a private folder, for ffmpeg processes that see nothing else. Compiled into each plugin that decodes with ffmpeg.</summary>
internal sealed class FfmpegFile : IDisposable
{
    private const int ComplaintBytes = 4_096;

    private static readonly string[] _keptVariables = ["PATH", "LD_LIBRARY_PATH", "SystemRoot"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-media-");   // for this user only
    private readonly FfmpegRefusals _refusals;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _time;

    private FfmpegFile(FfmpegRefusals refusals, int seconds, CancellationToken cancellation)
    {
        _refusals = refusals;
        _cancellation = cancellation;
        _time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _time.CancelAfter(TimeSpan.FromSeconds(seconds));
    }

    /// <param name="bytes">The file: a film's index may lie at its end, so a pipe would not do.</param>
    /// <param name="refusals">What the sender is told.</param>
    /// <param name="seconds">What all processes together may take.</param>
    /// <param name="cancellation">Kills a process that runs.</param>
    public static async Task<FfmpegFile> CreateAsync(ReadOnlyMemory<byte> bytes, FfmpegRefusals refusals, int seconds, CancellationToken cancellation)
    {
        var file = new FfmpegFile(refusals, seconds, cancellation);
        try
        {
            await file.WriteAsync(bytes);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Runs ffmpeg and reads what it writes; the process has ended when this returns or throws.</summary>
    /// <param name="command">What to do.</param>
    /// <param name="read">Reads its output to the end; null where that is not what was expected.</param>
    /// <exception cref="InvalidInputException">The program is missing, fails, takes too long, or <paramref name="read"/> refuses what it writes.</exception>
    public async Task<T> RunAsync<T>(FfmpegCommand command, Func<Stream, CancellationToken, Task<T?>> read) where T : class
    {
        using var process = Start(command);
        using var kill = _time.Token.UnsafeRegister(_ => Kill(process), null);
        var complaint = ReadComplaintAsync(process.StandardError.BaseStream);
        T? output;
        try
        {
            output = await read(process.StandardOutput.BaseStream, _time.Token);
            _time.Token.ThrowIfCancellationRequested();
            if (output is not null)
            {
                await process.WaitForExitAsync(_time.Token);
                if (process.ExitCode != 0) output = null;
            }
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            throw new InvalidInputException(InputFault.Unusable, _refusals.Slow) { TookTooLong = true };
        }
        finally
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None);
            await complaint;
        }
        return output ?? throw _refusals.Unusable(await complaint);
    }

    public void Dispose()
    {
        _time.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(Path.Combine(_folder.FullName, FfmpegCommand.InputName), options);
        await file.WriteAsync(bytes, _cancellation);
    }

    private Process Start(FfmpegCommand command)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = _keptVariables.Where(start.Environment.ContainsKey).ToDictionary(name => name, name => start.Environment[name]);
        start.Environment.Clear();
        foreach (var (name, value) in kept) start.Environment[name] = value;
        foreach (var argument in command.Arguments()) start.ArgumentList.Add(argument);
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new InvalidInputException(InputFault.UnsupportedFormat, _refusals.Missing);
        }
    }

    /// <summary>The beginning of what a process complains of; the rest is read, so that it can go on, and forgotten.</summary>
    private static async Task<string> ReadComplaintAsync(Stream errors)
    {
        var kept = new byte[ComplaintBytes];
        var length = await errors.ReadAtLeastAsync(kept, kept.Length, throwOnEndOfStream: false);
        await errors.CopyToAsync(Stream.Null);
        return Encoding.Latin1.GetString(kept, 0, length);
    }

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
}
