using System.Runtime.InteropServices;
using System.Text;

namespace OnePeace.Gateway.Keys;

/// <summary>Replaces a small file so that after a crash either the old or the new one is there, whole.</summary>
internal static class DurableFile
{
    /// <summary>Write beside, flush, rename, flush the directory: .NET makes a rename atomic but not durable.</summary>
    public static void Write(string path, string text)
    {
        var directory = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        if (!OperatingSystem.IsWindows())
            FlushDirectory(directory);
    }

    private static void FlushDirectory(string directory)
    {
        var descriptor = OpenDirectory(directory, 0);
        if (descriptor < 0)
            throw new IOException($"The folder {directory} cannot be opened to flush it (error {Marshal.GetLastPInvokeError()}).");
        var flushed = Flush(descriptor);
        var error = Marshal.GetLastPInvokeError();
        Close(descriptor);
        if (flushed != 0)
            throw new IOException($"The folder {directory} cannot be flushed to disk (error {error}).");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int OpenDirectory([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
