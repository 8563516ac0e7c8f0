using System.Runtime.InteropServices;

namespace OnePeace.Transformer.Checkpoints;

/// <summary>Files and folders that appear whole or not at all, also after a power cut.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk, then renames over it.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
