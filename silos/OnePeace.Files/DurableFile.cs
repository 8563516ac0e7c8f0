using System.Runtime.InteropServices;

namespace OnePeace.Files;

/// <summary>Files and folders that appear whole or not at all, also after a power cut.</summary>
public static partial class DurableFile
{
    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk, then renames over it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content; if it throws, what was at <paramref name="path"/> stays.</param>
    /// <param name="mode">For a secret: the most that the file ever permits, from its first byte; null leaves it to the process. Windows ignores it.</param>
    public static void Write(string path, Action<Stream> write, UnixFileMode? mode = null)
    {
        path = Path.GetFullPath(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = Create(temporary, mode))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Creates a folder and those above it that are missing, durably.</summary>
    public static void CreateDirectory(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent) return;
        CreateDirectory(parent);
        Directory.CreateDirectory(path);
        FlushDirectory(parent);
    }

    /// <summary>Makes renames inside a folder durable, which .NET does not do. Windows needs nothing of the kind.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        const int readOnly = 0;
        var descriptor = OpenDescriptor(path, readOnly);
        if (descriptor < 0) throw new IOException($"Cannot open the folder {path} to flush it (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Flush(descriptor) != 0) throw new IOException($"Cannot flush the folder {path} (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static FileStream Create(string path, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (mode is not null && !OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        return new FileStream(path, options);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
